import Crypto
import Foundation
import JSON

/// The data files of an installed `bfcl-eval` package (Apache-2.0).
public struct BFCLPackage: Sendable {
  /// A category whose answers are calls to compare with.
  public enum Category: String, Sendable, CaseIterable {
    case simple = "simple_python"
    case multiple
    case parallel
    case multiTurn = "multi_turn_base"
  }

  /// The line of a question with that of its answer.
  struct Entry {
    let id: String
    let question: JSONValue
    let answer: JSONValue
    /// Where it stands, for messages.
    let file: String
    let line: Int
  }

  private let data: URL
  public let version: String?

  /// - Parameter folder: `bfcl_eval` in the environment's `site-packages`.
  public init(folder: URL) {
    data = folder.appendingPathComponent("data")
    let parent = folder.deletingLastPathComponent()
    let names = (try? FileManager.default.contentsOfDirectory(atPath: parent.path)) ?? []
    version = names.first { $0.hasPrefix("bfcl_eval-") && $0.hasSuffix(".dist-info") }
      .map { String($0.dropFirst("bfcl_eval-".count).dropLast(".dist-info".count)) }
  }

  func entries(of category: Category) throws(BFCLError) -> [Entry] {
    let name = "BFCL_v4_\(category.rawValue).json"
    let answers = try lines(of: "possible_answer/\(name)")
    var answersByID: [String: JSONValue] = [:]
    for (value, _) in answers { if let id = value["id"]?.string { answersByID[id] = value } }
    var entries: [Entry] = []
    for (value, line) in try lines(of: name) {
      guard let id = value["id"]?.string, let answer = answersByID[id]?["ground_truth"] else {
        throw .malformed(file: name, line: line, reason: "has no id, or no possible answer of that id")
      }
      entries.append(Entry(id: id, question: value, answer: answer, file: name, line: line))
    }
    return entries
  }

  /// The functions that a class of the multi-turn categories offers.
  func functions(ofClass name: String) throws(BFCLError) -> [JSONValue] {
    guard let file = Self.classFiles[name] else { throw .missing(path: "function list for \(name)") }
    return try lines(of: "multi_turn_func_doc/\(file).json").map(\.value)
  }

  /// SHA-256 over the names and bytes of the files of these categories, answers and function lists included.
  func digest() throws(BFCLError) -> String {
    var hash = SHA256()
    let names = Category.allCases.map { "BFCL_v4_\($0.rawValue).json" }
    let functions = Set(Self.classFiles.values).sorted().map { "multi_turn_func_doc/\($0).json" }
    for name in names + names.map({ "possible_answer/\($0)" }) + functions {
      hash.update(data: Data(name.utf8))
      hash.update(data: try bytes(of: name))
    }
    return hash.finalize().map { String(format: "%02x", $0) }.joined()
  }

  private static let classFiles = [
    "GorillaFileSystem": "gorilla_file_system", "MathAPI": "math_api", "MessageAPI": "message_api",
    "TwitterAPI": "posting_api", "TicketAPI": "ticket_api", "TradingBot": "trading_bot",
    "TravelAPI": "travel_booking", "VehicleControlAPI": "vehicle_control",
  ]

  private func bytes(of name: String) throws(BFCLError) -> Data {
    let url = data.appendingPathComponent(name)
    guard let bytes = FileManager.default.contents(atPath: url.path) else { throw .missing(path: url.path) }
    return bytes
  }

  private func lines(of name: String) throws(BFCLError) -> [(value: JSONValue, line: Int)] {
    var values: [(JSONValue, Int)] = []
    for (index, line) in try bytes(of: name).split(separator: 0x0A).enumerated() {
      do throws(JSONError) { values.append((try JSONValue(parsing: line), index + 1)) } catch {
        throw .malformed(file: name, line: index + 1, reason: "\(error)")
      }
    }
    return values
  }
}
