import Foundation

/// The right to measure on this machine, which one process has at a time.
///
/// It is all of several locks (``Place``): this user's own, which nobody else can touch, so that measurements of one user
/// always exclude each other; and one that all users share, so that they exclude other users' where the shared file can be
/// used safely. The operating system releases them when their holder ends.
public final class HostLock: Sendable {
  /// What to do if another process has the lock.
  public enum Policy: String, Sendable, CaseIterable {
    case wait
    case refuse
    /// Like `refuse`, but the caller then ends without an error.
    case stepAside = "step-aside"
  }

  public enum Failure: Error, Equatable, Sendable, CustomStringConvertible {
    case held(file: String, holder: String)
    case unusable(file: String, reason: String)

    public var description: String {
      switch self {
      case .held(let file, let holder):
        "another measurement runs on this machine: \(holder) (it has locked \(file)); wait for it, or end it"
      case .unusable(let file, let reason):
        "the lock \(file) cannot be used: \(reason). Name another file by \(HostLock.environmentVariable), the same for "
          + "everybody who measures here"
      }
    }
  }

  /// A file that carries a lock.
  public struct Place: Sendable, Equatable {
    public let path: String
    /// Whether processes of other users lock it as well.
    public let isShared: Bool
    /// Whether it must be locked; another one is left out, with a warning, if it can't be used.
    public let isRequired: Bool

    public init(_ path: String, isShared: Bool = true, isRequired: Bool = true) {
      self.path = path
      self.isShared = isShared
      self.isRequired = isRequired
    }

    fileprivate func open() throws(FileSystemError) -> LockFile {
      // In a folder that others can write to, the file could be replaced while it is locked.
      if !isShared { try PrivateFolder.check(DurableFile.folder(of: path)) }
      return try LockFile(path, isShared: isShared)
    }
  }

  /// Names another lock file in place of all, for tests and for machines whose users cannot share `/tmp`.
  public static let environmentVariable = "RESIDENT_LOCK"

  /// The locks, in the order in which every process takes them.
  ///
  /// This user's own comes first, in ``PrivateFolder``. If somebody else has put something in that folder's place, the one
  /// in the user's runtime folder does. Last comes the one that all users of a machine share.
  public static func places(
    _ environment: [String: String] = ProcessInfo.processInfo.environment, in parent: String = PrivateFolder.parent
  ) -> [Place] {
    if let path = environment[environmentVariable], !path.isEmpty { return [Place(path)] }
    let runtime = PrivateFolder.runtime(environment)
    let folder = (try? PrivateFolder.make(in: parent)) ?? PrivateFolder.path(in: parent)
    let own = [Place("\(folder)/measuring.lock", isShared: false, isRequired: runtime == nil)]
    return own + (runtime.map { [Place("\($0)/resident-measuring.lock", isShared: false)] } ?? [])
      + [Place("\(parent)/resident.lock", isRequired: false)]
  }

  private let files: [LockFile]

  private init(_ files: [LockFile]) { self.files = files }

  /// Takes the lock.
  ///
  /// - Parameters:
  ///   - activity: What it is taken for, in a few words, for others that find it taken.
  ///   - onWait: Called once with the holder's name before waiting.
  ///   - onLeftOut: Called once for each lock that is left out, with the reason.
  /// - Throws: `Failure`; `CancellationError` while it waits.
  public static func acquire(
    for activity: String, whenHeld policy: Policy, at places: [Place] = places(), onWait: (String) -> Void = { _ in },
    onLeftOut: (String) -> Void = { _ in }
  ) async throws -> HostLock {
    var told: Set<String> = []
    while true {
      switch try attempt(at: places) {
      case .taken(let files, let leftOut):
        for text in leftOut where told.insert(text).inserted { onLeftOut(text) }
        for file in files { file.name(holder: "process \(getpid()), \(activity)\n") }
        return HostLock(files)
      case .held(let path, let holder):
        guard policy == .wait else { throw Failure.held(file: path, holder: holder) }
        if told.insert("").inserted { onWait(holder) }
        try await Task.sleep(for: .milliseconds(200))
      case .renamed: continue
      }
    }
  }

  private enum Attempt {
    case taken([LockFile], leftOut: [String])
    case held(path: String, holder: String)
    /// A file lost its name while it was locked.
    case renamed
  }

  /// Takes all locks, or none.
  ///
  /// Each attempt opens the files anew: one that was removed meanwhile excludes nobody.
  private static func attempt(at places: [Place]) throws(Failure) -> Attempt {
    var files: [LockFile] = []
    var leftOut: [String] = []
    for place in places {
      do throws(FileSystemError) {
        let file = try place.open()
        guard try file.tryLock() else { return .held(path: place.path, holder: holder(of: file)) }
        guard try file.hasName() else { return .renamed }
        files.append(file)
      } catch {
        guard !place.isRequired else { throw .unusable(file: place.path, reason: error.reason) }
        leftOut.append(
          "the lock \(place.path) cannot be used (\(error.reason)), so that "
            + (place.isShared ? "another user's measurement would not be noticed" : "another one stands in for it"))
      }
    }
    return .taken(files, leftOut: leftOut)
  }

  /// The name of a process that has the lock; nil if none has it.
  public static func holder(at places: [Place] = places()) -> String? {
    for place in places where FileStatus(ofNameAt: place.path) != nil {
      guard let file = try? place.open(), (try? file.tryLock()) == false else { continue }
      return holder(of: file)
    }
    return nil
  }

  /// What the holder wrote, unless another user's process has the lock, which cannot write it.
  private static func holder(of file: LockFile) -> String {
    let process = file.holdingProcess
    if let process, process.user != geteuid() { return process.description }
    return file.lastHolder ?? process?.description ?? "a process that has not said its name"
  }
}
