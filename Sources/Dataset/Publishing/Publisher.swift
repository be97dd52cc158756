import Foundation
import JSON

/// Adds what a repository on the hub lacks of a dataset, in one commit.
///
/// The repository is listed before and after the upload, so a publication that was interrupted is finished by repeating
/// it. Shards are only ever added.
public struct Publisher: Sendable {
  private let dataset: PublishedDataset
  private let repository: String
  private let client: HubClient

  /// - Parameter repository: `ORG/NAME`.
  /// - Throws: `invalidRepository`.
  public init(_ dataset: PublishedDataset, to repository: String, by client: HubClient) throws(PublishError) {
    try Self.check(repository)
    self.dataset = dataset
    self.repository = repository
    self.client = client
  }

  /// Makes sure that a text is a repository's name.
  ///
  /// - Throws: `invalidRepository`.
  public static func check(_ repository: String) throws(PublishError) {
    let parts = repository.split(separator: "/", omittingEmptySubsequences: false)
    let isPlain = parts.allSatisfy { part in
      (1...96).contains(part.utf8.count) && part.utf8.first != UInt8(ascii: "-") && part.utf8.first != UInt8(ascii: ".")
        && part.utf8.allSatisfy { byte in
          (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            || [UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_")].contains(byte)
        }
    }
    guard parts.count == 2, isPlain else { throw .invalidRepository(repository) }
  }

  /// Uploads before this gives up because others keep writing to the repository.
  private static let attempts = 3

  /// What a publication would add; nothing is written.
  ///
  /// - Throws: `dataset`, `conflict`, `refused`, `failed`, `malformedListing`, `client`.
  public func plan() throws(PublishError) -> PublishPlan {
    try PublishPlan(try localFiles(), beside: try remoteFiles())
  }

  /// Adds what the repository lacks in one commit and checks its listing. A missing repository is created.
  ///
  /// If somebody else has written to it meanwhile, it is listed again and the upload repeated.
  ///
  /// - Parameters:
  ///   - willUpload: Called before each upload.
  ///   - progress: Called with parts of what the `hf` command prints about an upload; nil to show none.
  /// - Throws: `tokenMissing` before the hub is asked, `unverified`, and what ``plan()`` throws.
  public func publish(
    willUpload: (PublishPlan) -> Void = { _ in }, progress: ((String) -> Void)? = nil
  ) throws(PublishError) -> PublishReport {
    guard client.hasToken else { throw .tokenMissing }
    let local = try localFiles()
    var remote = try remoteFiles()
    var attempt = 1
    while true {
      let plan = try PublishPlan(local, beside: remote)
      if plan.uploads.isEmpty { return PublishReport(plan: plan, commit: nil) }
      willUpload(plan)
      let output = try upload(plan.uploads, progress)
      if output.status == 0 {
        try verify(plan, since: remote)
        return PublishReport(plan: plan, commit: Self.commit(in: output.standardOutput))
      }
      guard output.isConflict, attempt < Self.attempts else { throw error(of: output) }
      attempt += 1
      remote = try remoteFiles()
    }
  }

  /// Passes the files to the command as links in a folder: it uploads a folder in one commit, and a command line can't
  /// name many files.
  private func upload(
    _ files: [DatasetFile], _ progress: ((String) -> Void)?
  ) throws(PublishError) -> HubClient.Output {
    let folder: URL
    do {
      folder = try HubClient.temporaryFolder()
      for file in files {
        let link = folder.appendingPathComponent(file.path)
        try FileManager.default.createDirectory(
          at: link.deletingLastPathComponent(), withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(at: link, withDestinationURL: dataset.url(of: file))
      }
    } catch {
      throw .failed(reason: "the folder for the upload could not be made: \(error.localizedDescription)")
    }
    defer { try? FileManager.default.removeItem(at: folder) }
    return try client.run(
      [
        "upload", repository, folder.path, ".", "--repo-type", "dataset", "--commit-message",
        "Add \(files.count) files of measurements", "--json",
      ], progress: progress)
  }

  /// - Throws: `unverified` if an uploaded file is missing or differs, or if a shard that was there is gone or changed.
  private func verify(_ plan: PublishPlan, since before: [String: RemoteFile]) throws(PublishError) {
    let after = try remoteFiles()
    let uploaded = plan.uploads.filter { file in after[file.path].map { !$0.matches(file) } ?? true }.map(\.path)
    let lost = before.values.filter { file in
      PublishedDataset.immutableFolders.contains { file.path.hasPrefix("\($0)/") } && after[file.path] != file
    }.map(\.path)
    guard uploaded.isEmpty, lost.isEmpty else { throw .unverified(paths: (uploaded + lost).sorted()) }
  }

  /// The commit's address in the output of an upload.
  private static func commit(in output: Data) -> String? {
    (try? JSONValue(parsing: Array(output)))?["url"]?.string
  }

  /// The files of the dataset, checked against their names.
  ///
  /// - Throws: `dataset`.
  private func localFiles() throws(PublishError) -> [DatasetFile] {
    do throws(DatasetError) { return try dataset.files() } catch { throw .dataset(error) }
  }

  /// The files of the repository by their paths; none if there is no repository yet.
  ///
  /// - Throws: `refused`, `failed`, `malformedListing`, `client`.
  private func remoteFiles() throws(PublishError) -> [String: RemoteFile] {
    let output = try client.run(["datasets", "ls", repository, "-R", "--json"])
    if output.status == 0 { return try RemoteFile.all(in: Array(output.standardOutput)) }
    if output.isNotFound { return [:] }
    throw error(of: output)
  }

  private func error(of output: HubClient.Output) -> PublishError {
    output.isRefused
      ? .refused(repository: repository, reason: output.reason) : .failed(reason: output.reason)
  }
}

/// What a publication adds to a repository.
public struct PublishPlan: Sendable, Equatable {
  /// Files that the repository lacks, and documents that have changed.
  public let uploads: [DatasetFile]
  /// Files that the repository has as they are here.
  public let unchanged: Int
  /// Shards and index entries of the repository that the folder lacks: those of other hosts.
  public let foreign: [String]
  /// Documents that differ and are not uploaded, since those here don't know of the foreign shards.
  public let kept: [String]

  /// - Throws: `conflict` if the repository has other bytes under a name that promises these.
  init(_ local: [DatasetFile], beside remote: [String: RemoteFile]) throws(PublishError) {
    let conflicts = local.filter { file in
      file.isImmutable && remote[file.path].map { !$0.matches(file) } ?? false
    }
    guard conflicts.isEmpty else { throw .conflict(paths: conflicts.map(\.path).sorted()) }
    let known = Set(local.map(\.path))
    foreign = remote.keys.filter { path in
      !known.contains(path) && PublishedDataset.immutableFolders.contains { path.hasPrefix("\($0)/") }
    }.sorted()
    let missing = local.filter { file in remote[file.path].map { !$0.matches(file) } ?? true }
    let hasForeign = !foreign.isEmpty
    let isKept = { (file: DatasetFile) in hasForeign && !file.isImmutable && remote[file.path] != nil }
    uploads = missing.filter { !isKept($0) }.sorted { $0.path < $1.path }
    kept = missing.filter(isKept).map(\.path).sorted()
    unchanged = local.count - missing.count
  }

  /// Of all uploads.
  public var bytes: Int { uploads.reduce(0) { $0 + $1.bytes } }
}

/// What a publication did.
public struct PublishReport: Sendable, Equatable {
  public let plan: PublishPlan
  /// The address of the commit; nil if there was nothing to add.
  public let commit: String?

  public init(plan: PublishPlan, commit: String?) {
    self.plan = plan
    self.commit = commit
  }
}
