import Measurements

/// Which keys signed the batches of a dataset.
public struct BatchSignatures: Sendable, Equatable {
  /// By the positions of their index entries; batches without a signature are not in it.
  let signers: [Int: SigningKey]

  /// How many batches each key signed, by its fingerprint.
  public var counts: [(key: SigningKey, count: Int)] {
    Dictionary(grouping: signers.values, by: \.self).map { ($0, $1.count) }.sorted { $0.0 < $1.0 }
  }

  subscript(_ position: Int) -> SigningKey? { signers[position] }
}

extension PublishedDataset {
  /// Checks each signature that stands beside an entry of the index.
  ///
  /// - Throws: `badSignature` for the first that is not of its entry, `malformed` for an entry that replaces one that another
  ///   key signed, `signing` without `ssh-keygen`, `file`.
  public func signatures() throws(DatasetError) -> BatchSignatures {
    guard !index.signed.isEmpty else { return BatchSignatures(signers: [:]) }
    let keygen = try SSHKeygen.find()
    var signers: [Int: SigningKey] = [:]
    for (position, name) in index.names.enumerated() where index.signed.contains(name) {
      let signer = try keygen.signer(of: name, in: folder)
      signers[position] = signer
      for origin in index.origins[name] ?? [] where index.signed.contains(origin.name) {
        guard try keygen.signer(of: origin.name, in: folder) != signer else { continue }
        throw .malformed(name: name, line: 1, problem: "it replaces \(origin.name), which another key signed")
      }
    }
    return BatchSignatures(signers: signers)
  }
}
