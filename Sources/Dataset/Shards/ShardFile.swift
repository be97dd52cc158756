import Foundation
import JSON

/// Reads files of the dataset, and believes them only if their bytes have the hash that their name promises.
enum ShardFile {
  /// Far above any file that the export writes.
  private static let sizeLimit = 1 << 30

  /// The rows.
  ///
  /// - Throws: `file`, `hashMismatch` or `malformed`.
  static func rows(of url: URL) throws(DatasetError) -> [JSONValue] {
    let name = url.lastPathComponent
    let bytes = try contents(of: url)
    let promised = name.dropLast(Shard.fileExtension.count).suffix(Shard.hashLength)
    let actual = Shard.hash(of: bytes)
    guard name.hasSuffix(Shard.fileExtension), promised == actual else {
      throw .hashMismatch(name: name, actual: actual)
    }
    var rows: [JSONValue] = []
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      do throws(JSONError) {
        rows.append(try JSONValue(parsing: line))
      } catch {
        throw .malformed(name: name, line: rows.count + 1, problem: error.description)
      }
    }
    return rows
  }

  private static func contents(of url: URL) throws(DatasetError) -> [UInt8] {
    do {
      let attributes = try FileManager.default.attributesOfItem(atPath: url.path)
      guard (attributes[.size] as? Int ?? 0) <= sizeLimit else {
        throw DatasetError.file(name: url.lastPathComponent, reason: "it is larger than 1 GiB")
      }
      return [UInt8](try Data(contentsOf: url))
    } catch let error as DatasetError {
      throw error
    } catch {
      throw .file(name: url.lastPathComponent, reason: error.localizedDescription)
    }
  }
}
