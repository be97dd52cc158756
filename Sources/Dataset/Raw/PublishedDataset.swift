import Foundation
import JSON
import Measurements

/// What others may have of a dataset: the files of a folder, as `DatasetExporter` writes them.
public struct PublishedDataset: Sendable {
  /// One exported verdict.
  public struct ExportedVerdict: Sendable {
    /// The file's path within the dataset.
    public let name: String
    /// The session that it is about.
    public let session: String
    public let verdict: JSONValue
  }

  private let folder: URL

  public init(folder: URL) { self.folder = folder }

  /// The evidence of every comparison, with its file's path within the dataset, in the order of the sessions' starts.
  ///
  /// - Throws: `DatasetError` for the first file that can't be used.
  public func comparisons() throws(DatasetError) -> [(name: String, evidence: Evidence)] {
    var found: [(name: String, evidence: Evidence)] = []
    for url in try files(of: .raw) {
      do throws(DatasetError) {
        found.append((name: Self.name(of: url, .raw), evidence: try Evidence(rawShard: url)))
      } catch .notAComparison {
        continue
      }
    }
    return found.sorted {
      ($0.evidence.session.startedAt, $0.name) < ($1.evidence.session.startedAt, $1.name)
    }
  }

  /// Every verdict, by file name.
  ///
  /// - Throws: `DatasetError` for the first file that can't be used.
  public func verdicts() throws(DatasetError) -> [ExportedVerdict] {
    var found: [ExportedVerdict] = []
    for url in try files(of: .verdicts) {
      for (index, value) in try ShardFile.rows(of: url).enumerated() {
        let row = RawRow<VerdictColumn>(value: value, name: url.lastPathComponent, line: index + 1)
        found.append(
          ExportedVerdict(
            name: Self.name(of: url, .verdicts), session: try row.text(.session),
            verdict: try row.required(.verdict) { $0 }))
      }
    }
    return found
  }

  /// The files with the samples of a session and the verdicts about it, as paths within the dataset.
  ///
  /// - Throws: `DatasetError` for the first file that can't be used.
  public func files(of session: String) throws(DatasetError) -> [String] {
    let raw = try comparisons().filter { $0.evidence.session.uuid == session }.map(\.name)
    return raw + (try verdicts().filter { $0.session == session }.map(\.name))
  }

  private func files(of kind: Shard.Kind) throws(DatasetError) -> [URL] {
    let folder = folder.appendingPathComponent(kind.rawValue, isDirectory: true)
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        .filter { $0.hasSuffix(Shard.fileExtension) }.map(folder.appendingPathComponent)
    } catch {
      throw .file(name: folder.lastPathComponent, reason: error.localizedDescription)
    }
  }

  private static func name(of url: URL, _ kind: Shard.Kind) -> String { "\(kind.rawValue)/\(url.lastPathComponent)" }
}
