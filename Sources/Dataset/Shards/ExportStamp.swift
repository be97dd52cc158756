/// By which program and why a file was first exported.
struct ExportStamp {
  let gitRevision: String
  let trigger: String

  /// - Throws: `invalidRevision` or `invalidTrigger`.
  init(gitRevision: String, trigger: String) throws(DatasetError) {
    let digits = gitRevision.hasSuffix("-dirty") ? gitRevision.dropLast("-dirty".count) : gitRevision[...]
    let isHexadecimal = digits.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    guard gitRevision == "unknown" || (isHexadecimal && (7...64).contains(digits.utf8.count)) else {
      throw .invalidRevision(gitRevision)
    }
    let isWord = trigger.utf8.allSatisfy {
      (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
    }
    guard isWord, (1...32).contains(trigger.utf8.count) else { throw .invalidTrigger(trigger) }
    self.gitRevision = gitRevision
    self.trigger = trigger
  }

  /// For file names.
  var shortRevision: String { String(gitRevision.prefix(12)) }
}
