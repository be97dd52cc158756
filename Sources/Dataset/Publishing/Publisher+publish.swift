import Foundation
import JSON

extension Publisher {
  /// How often others may write to the repository meanwhile before this gives up.
  private static let attempts = 3

  /// What a publication would add; nothing is written.
  ///
  /// - Throws: `dataset`, `conflict`, `refused`, `failed`, `malformedListing`, `client`.
  public func plan() throws(PublishError) -> PublishPlan {
    try PublishPlan(try localFiles(), beside: try remoteFiles())
  }

  /// Makes the repository if need be, adds what it lacks in one commit, and checks its listing.
  ///
  /// Where somebody else has written to it meanwhile, it is listed and tried again.
  ///
  /// - Parameters:
  ///   - willUpload: Called before each upload.
  ///   - progress: Called with parts of what the `hf` command says of an upload; nil to show none.
  /// - Throws: `tokenMissing` before anything else, and what `plan()` throws; `unverified`.
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

  /// Hands the files to the command by links in a folder of their own: it uploads a folder in one commit, but a command
  /// line can't name many files.
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

  /// - Throws: `unverified` where an uploaded file is not there as it should be, or a shard that was there is not.
  private func verify(_ plan: PublishPlan, since before: [String: RemoteFile]) throws(PublishError) {
    let after = try remoteFiles()
    let uploaded = plan.uploads.filter { file in after[file.path].map { !$0.matches(file) } ?? true }.map(\.path)
    let lost = before.values.filter { file in
      PublishedDataset.immutableFolders.contains { file.path.hasPrefix("\($0)/") } && after[file.path] != file
    }.map(\.path)
    guard uploaded.isEmpty, lost.isEmpty else { throw .unverified(paths: (uploaded + lost).sorted()) }
  }

  /// The commit's address in what an upload printed.
  private static func commit(in output: Data) -> String? {
    (try? JSONValue(parsing: Array(output)))?["url"]?.string
  }
}

/// What a publication did.
public struct PublishReport: Sendable, Equatable {
  public let plan: PublishPlan
  /// The address of the commit; nil where there was nothing to add.
  public let commit: String?

  public init(plan: PublishPlan, commit: String?) {
    self.plan = plan
    self.commit = commit
  }
}
