// Swagger UI at /api/docs: what is tried out there carries the form token of the page's session.
const place = document.getElementById("swagger-ui");
const { schema, csrfHeader, csrfToken } = place.dataset;

window.SwaggerUIBundle({
  url: schema,
  domNode: place,
  deepLinking: true,
  validatorUrl: null, // by default the schema's address would go to a server elsewhere
  presets: [window.SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  requestInterceptor: (request) => {
    if (request.method && request.method !== "GET" && new URL(request.url, location.href).origin === location.origin) {
      request.headers[csrfHeader] = csrfToken;
    }
    return request;
  },
});
