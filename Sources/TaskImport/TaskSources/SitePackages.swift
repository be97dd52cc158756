import Crypto
import Foundation
import JSON

/// A folder into which Python packages were installed.
public struct SitePackages: Sendable {
  /// An object of a data file, with its line for messages.
  struct Row {
    let value: JSONValue
    let file: String
    let line: Int

    /// - Throws: `.malformed` where the member is missing or of another type.
    func member<Value>(_ name: String, _ read: (JSONValue) -> Value?) throws(TaskSourceError) -> Value {
      guard let value = value[name].flatMap(read) else {
        throw .malformed(file: file, line: line, reason: "\(name) is missing or of another type")
      }
      return value
    }
  }

  let folder: URL

  public init(folder: URL) { self.folder = folder }

  func data(of source: TaskSource) -> Data? {
    FileManager.default.contents(atPath: folder.appendingPathComponent(source.file).path)
  }

  func rows(of source: TaskSource, _ data: Data) throws(TaskSourceError) -> [Row] {
    var rows: [Row] = []
    for (index, line) in data.split(separator: 0x0A).enumerated() {
      do throws(JSONError) {
        rows.append(Row(value: try JSONValue(parsing: line), file: source.file, line: index + 1))
      } catch {
        throw .malformed(file: source.file, line: index + 1, reason: "\(error)")
      }
    }
    return rows
  }

  /// Where the source's content comes from: package, version, licence and the SHA-256 of the data file.
  func origin(of source: TaskSource, _ data: Data) -> JSONValue {
    [
      "package": .string(source.package), "version": .string(version(of: source.package)),
      "license": .string(source.license), "file": .string(source.file),
      "sha256": .string(SHA256.hash(data: data).map { String(format: "%02x", $0) }.joined()),
    ]
  }

  private func version(of package: String) -> String {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.first { $0.hasPrefix(package + "-") && $0.hasSuffix(".dist-info") }
      .map { String($0.dropFirst(package.count + 1).dropLast(".dist-info".count)) } ?? "unknown"
  }
}
