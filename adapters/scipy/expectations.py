"""`BgNbd.purchases_while_alive` for many customers at once: the same sum, over arrays that shrink as parts are done."""

from collections.abc import Callable, Sequence

import numpy as np
from scipy.special import xlog1py  # type: ignore[import-untyped]  # SciPy ships no types

from adapters.scipy.likelihoods import Array
from domain.analytics.bg_nbd import CLOSE, BgNbd


def purchases_while_alive(
    model: BgNbd, places: Sequence[tuple[int, float]], weeks: Sequence[float], go_on: Callable[[], None]
) -> Array:
    """An array of a row a place (x, T in weeks) and a column a horizon in weeks."""
    x = np.array([place[0] for place in places], dtype=np.float64)
    age = np.array([place[1] for place in places], dtype=np.float64)
    horizons = np.array(weeks, dtype=np.float64)
    z = (horizons / (model.alpha + age[:, None] + horizons)).ravel()
    total = _summed(model, np.repeat(x, len(horizons)), z, go_on)
    return total.reshape(len(places), len(horizons))


def _summed(model: BgNbd, x: Array, z: Array, go_on: Callable[[], None]) -> Array:
    summed = np.zeros_like(z)
    left = np.flatnonzero(z > 0)
    x, z = x[left], z[left]
    rate, going_on, log_z = model.r + x, model.b + x, np.log(z)
    log_chance = xlog1py(rate, -z)
    still, made, total = np.ones_like(z), np.zeros_like(z), np.zeros_like(z)
    n = 0
    while left.size:
        go_on()
        log_chance += log_z + np.log((rate + n) / (n + 1))
        made += still
        still *= (going_on + n) / (model.a + going_on + n)
        n += 1
        term = np.exp(log_chance) * made
        total += term
        ratio = z * np.maximum(1.0, (rate + n) / (n + 1)) * (made + still) / made
        done = (ratio < 1) & (term * ratio <= CLOSE * total * (1 - ratio))
        if done.any():
            summed[left[done]] = total[done]
            kept = ~done
            left, z, rate, going_on, log_z, log_chance, still, made, total = (
                each[kept] for each in (left, z, rate, going_on, log_z, log_chance, still, made, total)
            )
    return summed
