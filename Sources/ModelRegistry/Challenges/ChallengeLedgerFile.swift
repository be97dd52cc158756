import Foundation
import Measurements
import Platform

/// The challenges beside a registry: `registry.challenges.jsonl` for `registry.json`, a line of JSON per comparison.
///
/// Lines are only added: under a lock, to a temporary file that is flushed and renamed, so that a crash leaves no half of
/// one. Where there is no registry, nothing is kept.
public struct ChallengeLedgerFile: ChallengeKeeping {
  public let url: URL
  private let registry: URL
  private let lockTimeout: Duration
  private let step: @Sendable (WriteStep) throws(RegistryError) -> Void

  /// - Parameters:
  ///   - lockTimeout: how long to wait for another program that adds a line.
  ///   - step: called between the steps of an addition; what it throws ends it as a failure of that step would.
  public init(
    beside registry: URL, lockTimeout: Duration = .seconds(10),
    step: @escaping @Sendable (WriteStep) throws(RegistryError) -> Void = { _ in }
  ) {
    let path = (try? DurableFile.canonicalPath(of: registry.path)) ?? registry.path
    // Nothing can be added in the Nix store, so that there it lies beside the link.
    let neighbour = RegistryFile.isGenerated(path) ? registry.path : path
    url = URL(fileURLWithPath: neighbour).deletingPathExtension().appendingPathExtension("challenges.jsonl")
    self.registry = registry
    self.lockTimeout = lockTimeout
    self.step = step
  }

  /// What is kept now; nothing where there is no such file.
  ///
  /// - Throws: `RegistryError` if something has the file's name and can't be read as a ledger.
  public func read() throws(RegistryError) -> ChallengeLedger { try contents().ledger }

  public func withLedger<Value>(
    _ body: (ChallengeLedger, ([ChallengeRecord]) throws -> Void) throws -> Value
  ) throws -> Value {
    guard hasRegistry else { return try body(ChallengeLedger()) { _ in } }
    // Of a link, the file is edited and the link kept, as of the registry.
    let target = (try? DurableFile.canonicalPath(of: url.path)) ?? url.path
    let result = try EditLock.withLock(on: target, timeout: lockTimeout) {
      () throws(RegistryError) -> Result<Value, any Error> in
      try step(.locked)
      let present = try contents()
      return Result {
        try body(present.ledger) { records in try append(records, to: present.bytes, of: target) }
      }
    }
    return try result.get()
  }

  private func append(
    _ records: [ChallengeRecord], to present: [UInt8]?, of target: String
  ) throws(RegistryError) {
    guard !records.isEmpty else { return }
    var bytes = present ?? []
    if let last = bytes.last, last != ChallengeLedger.lineFeed { bytes.append(ChallengeLedger.lineFeed) }
    for record in records { bytes += Array(record.json.serialized().utf8) + [ChallengeLedger.lineFeed] }
    // What could not be read again would stop every comparison from here on.
    _ = try parse(bytes)
    try step(.computed)
    let write = AtomicWrite(target: target, step: step)
    if let present { try write.replace(present, with: bytes) } else { try write.create(bytes) }
  }

  private var hasRegistry: Bool { FileManager.default.fileExists(atPath: registry.path) }

  private func contents() throws(RegistryError) -> (ledger: ChallengeLedger, bytes: [UInt8]?) {
    guard hasRegistry, let bytes = try DocumentBytes.readIfPresent(url.path) else { return (ChallengeLedger(), nil) }
    return (try parse(bytes), bytes)
  }

  private func parse(_ bytes: [UInt8]) throws(RegistryError) -> ChallengeLedger {
    do throws(RegistryError.ContentProblem) {
      return try ChallengeLedger(parsing: bytes)
    } catch {
      throw .content(path: url.relativePath, error)
    }
  }
}
