import Hummingbird

/// `/api/openapi.json`: what the other paths answer.
struct OpenAPIRoute: ViewerRoute {
  func add(to router: some RouterMethods<some RequestContext>) {
    router.get("/api/openapi.json") { _, _ in
      Response(
        status: .ok, headers: [.contentType: "application/json; charset=utf-8", .cacheControl: "no-cache"],
        body: ResponseBody(byteBuffer: ByteBuffer(bytes: PackageResources.openapi_json)))
    }
  }
}
