import Envelopes
import Foundation
import JSON
import Measurements
import Platform
import Runner

/// What unattended nights are to decide, and what they may use for it.
///
/// A plan is one JSON file, validated as envelopes are: unknown keys and values out of range are refused with their
/// paths, all at once.
public struct NightPlan: Sendable, Equatable {
  public var id: String
  /// The roles whose residents are challenged, the most wanted first.
  public var roles: [Role]
  /// The candidates, the most wanted first.
  public var candidates: [ModelID]
  public var envelopes: [Envelope]
  /// The classes to measure in. A comparison takes the first, unless its envelope still asks for another one.
  public var environments: [EnvironmentClass]
  public var budget: Budget
  /// When a worker counts as hung.
  public var limits: PhaseLimits
  /// Whether the resident is compared with its copy if time is left, to track the host's own noise.
  public var hasSentinel: Bool
  /// Of each worker; nil leaves them to the engine.
  public var threads: Int?
  /// The requests that the resident answers beside the measurements in the class `under-load`.
  public var load: [BackgroundLoad.Request]
  /// What each role's resident plays alone once a week; nil if it does not.
  public var endurance: Envelope? = nil

  /// What a night may use.
  public struct Budget: Sendable, Equatable {
    public var minutes: Double
    /// The bytes that all models of a comparison together may need; nil checks nothing.
    public var memoryBytes: Int?
    /// The address space of one worker in bytes; nil sets no limit.
    public var workerMemoryBytes: Int?
  }
}

extension NightPlan {
  /// The version of the file format that this program reads.
  static let schemaVersion = 1
  private static let sizeLimit = 1 << 20

  /// Reads a plan; the files that it names are relative to its folder.
  ///
  /// - Throws: `NightPlanError`, with every problem of the content at once.
  public init(contentsOf url: URL) throws(NightPlanError) {
    let file = url.relativePath
    let data: [UInt8]
    do throws(FileSystemError) {
      data = try RegularFile.read(url.path, upTo: Self.sizeLimit + 1)
    } catch {
      throw .unreadable(file: file, reason: error.reason)
    }
    guard data.count <= Self.sizeLimit else {
      throw .unreadable(file: file, reason: "it is larger than \(Self.sizeLimit) bytes")
    }
    let source: JSONValue
    do throws(JSONError) { source = try JSONValue(parsing: data) } catch { throw .notJSON(file: file, error) }
    let problems = ProblemList()
    guard let plan = NightPlan(source: source, folder: url.deletingLastPathComponent(), problems),
      problems.all.isEmpty
    else { throw .invalid(file: file, problems: problems.all) }
    self = plan
  }
}

/// Why a file is not a night's plan.
public enum NightPlanError: Error, Equatable, Sendable, CustomStringConvertible {
  case unreadable(file: String, reason: String)
  case notJSON(file: String, JSONError)
  /// Everything that is wrong, with paths.
  case invalid(file: String, problems: [EnvelopeError.Problem])
  /// Candidates that the library does not have, each with the ids that it has.
  case unknownCandidates([ModelID], library: String, known: [ModelID])

  public var description: String {
    switch self {
    case .unreadable(let file, let reason): return "can't read the plan \(file): \(reason)"
    case .notJSON(let file, let error): return "the plan \(file) is \(error)"
    case .unknownCandidates(let candidates, let library, let known):
      let names = candidates.map { "\"\($0)\"" }.joined(separator: ", ")
      let ids = known.isEmpty ? "no models" : known.map(\.rawValue).joined(separator: ", ")
      return "the plan names \(names), which \(library) does not have; it has \(ids)."
        + " `resident models add PATH --id ID` adds a model"
    case .invalid(let file, let problems):
      let count = problems.count == 1 ? "1 problem" : "\(problems.count) problems"
      return (["the plan \(file) has \(count):"] + problems.map { "  \($0)" }).joined(separator: "\n")
    }
  }
}
