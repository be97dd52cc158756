import Envelopes
import Foundation
import JSON
import Measurements
import Runner

extension NightPlan {
  /// The version of the file format that this program reads.
  static let schemaVersion = 1
  private static let sizeLimit = 1 << 20

  /// Reads a plan; the files that it names lie relative to its folder.
  ///
  /// - Throws: `NightPlanError`, with every problem of the content at once.
  public init(contentsOf url: URL) throws(NightPlanError) {
    let file = url.relativePath
    let data: Data
    do {
      data = try FileHandle(forReadingFrom: url).read(upToCount: Self.sizeLimit + 1) ?? Data()
    } catch {
      throw .unreadable(file: file, reason: error.localizedDescription)
    }
    guard data.count <= Self.sizeLimit else {
      throw .unreadable(file: file, reason: "it is larger than \(Self.sizeLimit) bytes")
    }
    let source: JSONValue
    do throws(JSONError) { source = try JSONValue(parsing: Array(data)) } catch { throw .notJSON(file: file, error) }
    let problems = ProblemList()
    guard let plan = NightPlan(source: source, folder: url.deletingLastPathComponent(), problems),
      problems.all.isEmpty
    else { throw .invalid(file: file, problems: problems.all) }
    self = plan
  }
}
