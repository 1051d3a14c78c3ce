SwaggerUIBundle({
  url: "/schema/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  // Swagger UI would otherwise ask a validator on the public internet about this document.
  validatorUrl: null,
});
