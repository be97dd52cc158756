import Foundation

/// Adds what a repository on the hub lacks of a dataset, in one commit.
///
/// The repository is listed first and again in the end, so a publication that was interrupted anywhere is brought to
/// its end by repeating it. Shards are only ever added.
public struct Publisher: Sendable {
  let dataset: PublishedDataset
  let repository: String
  let client: HubClient

  /// - Parameter repository: `ORG/NAME`.
  /// - Throws: `invalidRepository`.
  public init(_ dataset: PublishedDataset, to repository: String, by client: HubClient) throws(PublishError) {
    try Self.check(repository)
    self.dataset = dataset
    self.repository = repository
    self.client = client
  }

  /// Makes sure that a text is a repository's name, before anything is asked of anyone.
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

  /// The files of the dataset, checked against their names.
  ///
  /// - Throws: `dataset`.
  func localFiles() throws(PublishError) -> [DatasetFile] {
    do throws(DatasetError) { return try dataset.files() } catch { throw .dataset(error) }
  }

  /// What the repository holds; nothing where it is not there yet.
  ///
  /// - Throws: `refused`, `failed`, `malformedListing`, `client`.
  func remoteFiles() throws(PublishError) -> [String: RemoteFile] {
    let output = try client.run(["datasets", "ls", repository, "-R", "--json"])
    if output.status == 0 { return try RemoteFile.all(in: Array(output.standardOutput)) }
    if output.isNotFound { return [:] }
    throw error(of: output)
  }

  func error(of output: HubClient.Output) -> PublishError {
    output.isRefused
      ? .refused(repository: repository, reason: output.reason) : .failed(reason: output.reason)
  }
}
