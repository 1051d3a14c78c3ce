"""Snowflake, the warehouse of a shop that outgrew one machine: it answers questions and takes no changes but by loads.

    warehouse = Warehouse(SnowflakeConnection(account=..., user=..., password=..., warehouse=...))
    await upgrade(warehouse)                        # schema: migrations/snowflake, in their order; again is harmless
    SnowflakeHistorySink(warehouse)                 # HistorySink: takes over the history of another store
    SnowflakePurchaseFacts(warehouse)               # PurchaseFacts
    SnowflakeCustomerReader(warehouse), SnowflakeBookReader(warehouse), SnowflakeAuthorReader(warehouse)
    SnowflakeCategoryReader(warehouse), SnowflakeReviewReader(warehouse)
    SnowflakeUnitsOfWork()                          # UnitsOfWork that raise ReadOnlyStore
    SnowflakeHealth(warehouse)                      # Store
    await warehouse.close()

A `Warehouse` opens no session before the first question. The driver is synchronous: it runs in threads of its own,
as many as there are sessions. Needs the extra `daybook[snowflake]`.
"""
