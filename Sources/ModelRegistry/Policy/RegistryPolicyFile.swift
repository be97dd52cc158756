import Foundation
import Measurements
import Platform

/// The policy beside a registry: `resident.json` in its folder.
///
/// It lies in the folder of the file that a link leads to, so that a link elsewhere does not lose it. It is written as
/// the registry is: under a lock, to a temporary file, flushed, renamed. A policy under the name that it had before,
/// `registry.policy.json` for `registry.json`, is used as long as there is no `resident.json`.
public struct RegistryPolicyFile: Sendable {
  public let url: URL
  /// The policy under its former name, which must not be there as well.
  private let former: URL?
  /// Whether it is an error that the file is not there.
  private let isRequired: Bool
  private let lockTimeout: Duration
  private let step: @Sendable (WriteStep) throws(RegistryError) -> Void

  /// The policy at a path of its own.
  ///
  /// - Parameters:
  ///   - isRequired: whether reading it is an error if nothing has the file's name.
  ///   - lockTimeout: how long an edit waits for another one to end.
  ///   - step: called between the steps of an edit; what it throws ends the edit as a failure of that step would.
  public init(
    _ url: URL, isRequired: Bool = false, lockTimeout: Duration = .seconds(10),
    step: @escaping @Sendable (WriteStep) throws(RegistryError) -> Void = { _ in }
  ) {
    self.init(url, former: nil, isRequired: isRequired, lockTimeout, step)
  }

  /// The policy beside a registry; parameters as `init(_:lockTimeout:step:)`.
  public init(
    beside registry: URL, lockTimeout: Duration = .seconds(10),
    step: @escaping @Sendable (WriteStep) throws(RegistryError) -> Void = { _ in }
  ) {
    // A generated registry is a link into a store that nobody can write to: its policy is beside the link.
    let path = (try? DurableFile.canonicalPath(of: registry.path)).flatMap { RegistryFile.isGenerated($0) ? nil : $0 }
    let base = URL(fileURLWithPath: path ?? registry.path)
    let url = base.deletingLastPathComponent().appendingPathComponent("resident.json")
    let former = base.deletingPathExtension().appendingPathExtension("policy.json")
    let usesFormer = FileStatus(ofNameAt: former.path) != nil && FileStatus(ofNameAt: url.path) == nil
    self.init(usesFormer ? former : url, former: usesFormer ? nil : former, isRequired: false, lockTimeout, step)
  }

  private init(
    _ url: URL, former: URL?, isRequired: Bool, _ lockTimeout: Duration,
    _ step: @escaping @Sendable (WriteStep) throws(RegistryError) -> Void
  ) {
    self.url = url
    self.former = former
    self.isRequired = isRequired
    self.lockTimeout = lockTimeout
    self.step = step
  }

  /// The policy, or nil if nothing has the file's name.
  ///
  /// - Throws: `RegistryError` if something has it and can't be read as a policy: that pins nothing, and allows nothing.
  public func read() throws(RegistryError) -> RegistryPolicy? {
    let policy = try contents()?.policy
    guard policy != nil || !isRequired else { throw .file(path: url.relativePath, .notFound) }
    return policy
  }

  /// Lets an envelope decide a role, and creates the file if need be.
  ///
  /// When this returns, the change survives a power failure.
  ///
  /// - Parameter role: A role, or ``RegistryPolicy/everyRole``.
  /// - Returns: The policy as it is now.
  /// - Throws: `RegistryError` if the present file can't be read as a policy, locked or written.
  @discardableResult
  public func allow(_ envelope: EnvelopeHash, for role: Role) throws(RegistryError) -> RegistryPolicy {
    // Of a link, the file is edited and the link kept, as of the registry.
    let target = (try? DurableFile.canonicalPath(of: url.path)) ?? url.path
    return try EditLock.withLock(on: target, timeout: lockTimeout) { () throws(RegistryError) in
      try step(.locked)
      let present = try contents()
      var policy = present?.policy ?? RegistryPolicy()
      policy.allow(envelope, for: role)
      try step(.computed)
      guard policy != present?.policy else { return policy }
      let write = AtomicWrite(target: target, step: step)
      if let present { try write.replace(present.bytes, with: policy.bytes) } else { try write.create(policy.bytes) }
      return policy
    }
  }

  private func contents() throws(RegistryError) -> (policy: RegistryPolicy, bytes: [UInt8])? {
    guard let bytes = try DocumentBytes.readIfPresent(url.path) else { return nil }
    if let former, FileStatus(ofNameAt: former.path) != nil {
      throw .content(
        path: url.relativePath,
        .policy(member: "the policy", problem: "is in \(former.lastPathComponent) as well: keep one of the two"))
    }
    do throws(RegistryError.ContentProblem) {
      return (try RegistryPolicy(parsing: bytes), bytes)
    } catch {
      throw .content(path: url.relativePath, error)
    }
  }
}
