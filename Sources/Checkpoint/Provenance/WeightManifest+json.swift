import JSON

extension WeightManifest {
  /// `{"hash": …, "files": {name: sha256}}`.
  public var json: JSONValue { ["hash": .string(hash), "files": filesJSON] }

  /// Reads what `json` gives.
  ///
  /// - Parameter file: Where the value came from, for messages.
  /// - Throws: `.field` where a member is malformed, or the hash does not belong to the files.
  public init(parsing value: JSONValue, file: String) throws(CheckpointError) {
    guard let members = value["files"]?.object?.members else {
      throw .field(file: file, name: "files", problem: "is missing or not an object")
    }
    var files: [File] = []
    for member in members {
      guard let text = member.value.string, text.utf8.count == 64,
        text.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
      else {
        throw .field(file: file, name: "files.\(member.name)", problem: "is not a SHA-256 in lower-case hexadecimal")
      }
      files.append(File(name: member.name, sha256: text))
    }
    self.init(files: files)
    guard value["hash"]?.string == hash else {
      throw .field(file: file, name: "hash", problem: "is not the hash of the files listed beside it")
    }
  }
}
