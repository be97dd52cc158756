import Crypto
import Foundation
import JSON
import Platform

/// The data files of an installed `bfcl-eval` package (Apache-2.0), the Berkeley function-calling data.
public struct BFCLPackage: Sendable {
  /// A category whose answers are calls to compare with.
  enum Category: String, CaseIterable {
    case simple = "simple_python"
    case multiple
    case parallel
    case multiTurn = "multi_turn_base"

    var file: String { "BFCL_v4_\(rawValue).json" }
    var answersFile: String { "possible_answer/\(file)" }
  }

  /// A question with its answer.
  struct Entry {
    let id: String
    let question: DataRow
    let answer: JSONValue

    func malformed(_ reason: String) -> TaskImportError { question.malformed("\(id): \(reason)") }

    /// What the user says in a turn, after the system message that a few questions have.
    func text(ofTurn index: Int) throws(TaskImportError) -> String {
      let turns = question.value["question"]?.array ?? []
      guard turns.indices.contains(index) else { throw malformed("has fewer turns than answers") }
      return (turns[index].array ?? []).compactMap { $0["content"]?.string }.joined(separator: "\n")
    }
  }

  private let data: URL
  let version: String

  /// - Parameter folder: `bfcl_eval` in the environment's `site-packages`.
  public init(folder: URL) {
    data = folder.appendingPathComponent("data")
    version = SitePackages(folder: folder.deletingLastPathComponent()).version(of: "bfcl_eval")
  }

  func entries(of category: Category) throws(TaskImportError) -> [Entry] {
    var answers: [String: JSONValue] = [:]
    for row in try rows(of: category.answersFile) { if let id = row.value["id"]?.string { answers[id] = row.value } }
    var entries: [Entry] = []
    for row in try rows(of: category.file) {
      guard let id = row.value["id"]?.string, let answer = answers[id]?["ground_truth"] else {
        throw row.malformed("has no id, or no possible answer of that id")
      }
      entries.append(Entry(id: id, question: row, answer: answer))
    }
    return entries
  }

  /// The functions that a class of the multi-turn categories offers.
  func functions(ofClass name: String) throws(TaskImportError) -> [JSONValue] {
    guard let file = Self.classFiles[name] else { throw .missing(path: "function list for \(name)") }
    return try rows(of: "multi_turn_func_doc/\(file).json").map(\.value)
  }

  /// SHA-256 over the names and bytes of the files of these categories, including answers and function lists.
  func digest() throws(TaskImportError) -> String {
    var hash = SHA256()
    let functions = Set(Self.classFiles.values).sorted().map { "multi_turn_func_doc/\($0).json" }
    for name in Category.allCases.map(\.file) + Category.allCases.map(\.answersFile) + functions {
      hash.update(data: Data(name.utf8))
      hash.update(data: try bytes(of: name))
    }
    return hash.finalize().hexadecimal
  }

  private static let classFiles = [
    "GorillaFileSystem": "gorilla_file_system", "MathAPI": "math_api", "MessageAPI": "message_api",
    "TwitterAPI": "posting_api", "TicketAPI": "ticket_api", "TradingBot": "trading_bot",
    "TravelAPI": "travel_booking", "VehicleControlAPI": "vehicle_control",
  ]

  private func rows(of name: String) throws(TaskImportError) -> [DataRow] {
    try DataRow.all(in: bytes(of: name), file: name)
  }

  private func bytes(of name: String) throws(TaskImportError) -> Data {
    let url = data.appendingPathComponent(name)
    guard let bytes = try? RegularFile.read(url.path) else { throw .missing(path: url.path) }
    return Data(bytes)
  }
}
