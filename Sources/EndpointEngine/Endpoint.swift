import Foundation
import JSON

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// A server that speaks the OpenAI API, and one model at it.
public struct Endpoint: Sendable {
  public let url: URL
  /// The name under which the server knows the model.
  public let model: String
  // From the environment; nowhere printed or stored.
  let key: EndpointKey?

  /// - Parameters:
  ///   - address: With or without `/v1`.
  ///   - keyVariable: The environment variable that holds the key, or nil where there is none.
  /// - Throws: `.badURL`, `.noKey`.
  public init(
    _ address: String, model: String, keyVariable: String? = nil,
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws(EndpointError) {
    guard let url = URL(string: address), let scheme = url.scheme, ["http", "https"].contains(scheme), url.host != nil
    else { throw .badURL(address) }
    self.url = url.path.isEmpty || url.path == "/" ? url.appendingPathComponent("v1") : url
    self.model = model
    if let keyVariable {
      guard let key = environment[keyVariable], !key.isEmpty else { throw .noKey(variable: keyVariable) }
      self.key = EndpointKey(key)
    } else {
      key = nil
    }
  }

  func post(_ path: String, _ body: JSONValue) -> URLRequest {
    var request = URLRequest(url: url.appendingPathComponent(path))
    request.httpMethod = "POST"
    request.httpBody = Data(body.serialized().utf8)
    request.setValue("application/json", forHTTPHeaderField: "Content-Type")
    request.setValue("text/event-stream, application/json", forHTTPHeaderField: "Accept")
    if let key { request.setValue(key.header, forHTTPHeaderField: "Authorization") }
    return request
  }
}
