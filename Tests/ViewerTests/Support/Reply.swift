import Foundation
import JSON

/// One answer, read to the end of its connection.
struct Reply: Sendable {
  let status: Int
  /// By name in lower case.
  let headers: [String: String]
  let body: String

  init(_ text: String) {
    let parts = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
    let lines = (parts.first ?? "").split(separator: "\r\n")
    status = lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    headers = Dictionary(
      lines.dropFirst().compactMap { line in
        guard let colon = line.firstIndex(of: ":") else { return nil }
        let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
        return (line[..<colon].lowercased(), value)
      }, uniquingKeysWith: { first, _ in first })
    body = parts.count > 1 ? String(parts[1]) : ""
  }

  var json: JSONValue { get throws { try JSONValue(parsing: body) } }
}
