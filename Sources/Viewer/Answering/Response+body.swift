import Hummingbird
import JSON

extension Response {
  init(json: JSONValue, status: HTTPResponse.Status = .ok) {
    self.init(text: json.serialized() + "\n", type: "application/json; charset=utf-8", status: status)
  }

  init(text: String, type: String, status: HTTPResponse.Status = .ok) {
    self.init(
      status: status, headers: [.contentType: type], body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
  }
}
