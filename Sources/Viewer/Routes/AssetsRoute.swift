import Crypto
import Foundation
import Hummingbird
import Report

/// The files that pages load.
struct AssetsRoute: ViewerRoute {
  private let assets: [(path: String, bytes: Data, tag: EntityTag)]

  init(charts: ChartLibrary?) {
    assets = ([.live] + ReportAsset.all(charts)).map { asset in
      let hash = SHA256.hash(data: asset.bytes).prefix(12).map { String($0, radix: 36) }.joined(separator: "-")
      return ("/" + asset.path, asset.bytes, EntityTag(hash))
    }
  }

  func add(to router: some RouterMethods<some RequestContext>) {
    for asset in assets {
      let type = asset.path.hasSuffix(".css") ? "text/css; charset=utf-8" : "text/javascript; charset=utf-8"
      router.get(RouterPath(asset.path)) { request, _ in
        try await request.answer(asset.tag) {
          Response(
            status: .ok, headers: [.contentType: type],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: asset.bytes)))
        }
      }
    }
  }
}
