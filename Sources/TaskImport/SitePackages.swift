import Crypto
import Foundation
import JSON
import Platform

/// A folder into which Python packages were installed.
public struct SitePackages: Sendable {
  private let folder: URL

  public init(folder: URL) { self.folder = folder }

  /// The tasks of every source that is present, as an envelope writes them.
  ///
  /// - Parameter verses: The most items to make of the King James Bible.
  /// - Throws: `.nothingFound`, `.malformed`.
  public func tasks(verses: Int) throws(TaskImportError) -> [JSONValue] {
    var tasks: [JSONValue] = []
    for source in TaskSource.allCases {
      guard let bytes = try? RegularFile.read(folder.appendingPathComponent(source.file).path) else { continue }
      let data = Data(bytes)
      let rows = try DataRow.all(in: data, file: source.file)
      tasks.append(try source.task(rows, origin: origin(of: source, data), verses: verses))
    }
    guard !tasks.isEmpty else { throw .nothingFound(folder: folder.path) }
    return tasks
  }

  /// Where the source's content comes from: package, version, licence and the SHA-256 of the data file.
  private func origin(of source: TaskSource, _ data: Data) -> JSONValue {
    [
      "package": .string(source.package), "version": .string(version(of: source.package)),
      "license": .string(source.license), "file": .string(source.file),
      "sha256": .string(SHA256.hash(data: data).hexadecimal),
    ]
  }

  /// The installed version of a package, by its metadata folder; `unknown` if there is none.
  func version(of package: String) -> String {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.first { $0.hasPrefix(package + "-") && $0.hasSuffix(".dist-info") }
      .map { String($0.dropFirst(package.count + 1).dropLast(".dist-info".count)) } ?? "unknown"
  }
}

/// An envelope with the tasks of public sets added.
public enum ImportedTasks {
  /// The envelope with those tasks after its own, under a new id, and with a guardrail for each multiple-choice task
  /// that has at least 1,000 items: a margin of two points. In an envelope of rounds the others are named as unguarded.
  ///
  /// - Throws: `.notAnEnvelope`.
  public static func adding(_ tasks: [JSONValue], to base: JSONValue) throws(TaskImportError) -> JSONValue {
    guard var object = base.object, let id = object["id"]?.string, let own = object["accuracy"]?.array,
      var promotion = object["promotion"]?.object, let guardrails = promotion["guardrails"]?.array
    else { throw .notAnEnvelope(reason: "id, accuracy or promotion is missing") }
    object["id"] = .string(id + "-tasks")
    object["accuracy"] = .array(own + tasks)
    let resolved = tasks.filter { $0["kind"] == "multiple_choice" && $0["items"]?.array?.count ?? 0 >= 1000 }
    promotion["guardrails"] = .array(
      guardrails
        + resolved.map { ["metric": "accuracy", "cell": $0["id"] ?? .null, "margin": 0.02] })
    if object["schema"] == 2 {
      promotion["unguarded"] = .array(
        (promotion["unguarded"]?.array ?? [])
          + tasks.filter { !resolved.contains($0) }.map { task in
            [
              "metric": task["kind"] == "perplexity" ? "perplexity" : "accuracy", "cell": task["id"] ?? .null,
              "reason": "imported to be looked at: no margin is set",
            ]
          })
    }
    object["promotion"] = .object(promotion)
    return .object(object)
  }
}

/// One line of a data file, which is a JSON object.
struct DataRow {
  let value: JSONValue
  /// Where it stands, for messages.
  let file: String
  let line: Int

  /// The rows of a file; a line without anything but white space is none.
  ///
  /// - Throws: `.malformed` if a line is not JSON.
  static func all(in data: Data, file: String) throws(TaskImportError) -> [DataRow] {
    var rows: [DataRow] = []
    for (index, line) in data.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated()
    where !line.allSatisfy(Self.isSpace) {
      do throws(JSONError) {
        rows.append(DataRow(value: try JSONValue(parsing: line), file: file, line: index + 1))
      } catch {
        throw .malformed(file: file, line: index + 1, reason: "\(error)")
      }
    }
    return rows
  }

  private static func isSpace(_ byte: UInt8) -> Bool { [0x09, 0x0D, 0x20].contains(byte) }

  /// A member, converted by `read`.
  ///
  /// - Throws: `.malformed` if the member is missing or of another type.
  func member<Value>(_ name: String, _ read: (JSONValue) -> Value?) throws(TaskImportError) -> Value {
    guard let value = value[name].flatMap(read) else { throw malformed("\(name) is missing or of another type") }
    return value
  }

  func malformed(_ reason: String) -> TaskImportError { .malformed(file: file, line: line, reason: reason) }
}
