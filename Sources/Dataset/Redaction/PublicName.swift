/// The form of names that may leave a machine: those of models, roles, lanes, engines, versions and files of models.
///
/// A name is of listed characters and has none of the shapes of a host, an address, a path, a credential or a token. What is
/// no such name is published as a hash. The form can't tell a surname from a model's name: ``LocalIdentity`` knows those of
/// this machine.
enum PublicName {
  private static let longest = 128

  /// Whether a text has the form.
  static func isPublic(_ text: String) -> Bool {
    guard (1...longest).contains(text.utf8.count), text.utf8.allSatisfy(isAllowed) else { return false }
    // An organization and a name, or a folder and a file; three levels are a path.
    let levels = text.split(separator: "/", omittingEmptySubsequences: false)
    guard levels.count <= 2, levels.allSatisfy({ beginsAndEndsWell($0) && !$0.contains("..") }) else { return false }
    if levels.count == 2, rootFolders.contains(levels[0].lowercased()) { return false }
    return !isAddress(text) && !levels.contains(where: isHost) && !SecretForm.isSecret(text)
  }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    isLetter(byte) || isDigit(byte) || "-_.+:/".utf8.contains(byte)
  }

  private static func beginsAndEndsWell(_ level: Substring) -> Bool {
    guard let first = level.utf8.first, let last = level.utf8.last else { return false }
    return (isLetter(first) || isDigit(first)) && (isLetter(last) || isDigit(last) || last == UInt8(ascii: "+"))
  }

  /// The first folders of paths that lack their slash.
  private static let rootFolders: Set<String> = [
    "applications", "data", "etc", "home", "media", "mnt", "opt", "private", "root", "run", "srv", "tmp", "users",
    "usr",
    "var", "volumes", "windows",
  ]

  /// An IPv4 address in dots or, as some hosts are named, in dashes; or a colon as ports, IPv6 and credentials have it.
  private static func isAddress(_ text: String) -> Bool {
    for separator in [".", "-", "_"] as [Character] {
      let parts = text.split(separator: separator, omittingEmptySubsequences: false).map { Array($0.utf8) }
      for start in parts.indices.dropLast(3) {
        // Its ends may stand beside other characters: v10.0.0.1/x.
        let inner = parts[(start + 1)...(start + 2)].allSatisfy(isOctet)
        if inner, isOctet(parts[start].reversed().prefix(while: isDigit).reversed()),
          isOctet(Array(parts[start + 3].prefix(while: isDigit)))
        {
          return true
        }
      }
    }
    // One tag, as `llama3:8b` has, which is no port.
    let tagged = text.split(separator: ":", omittingEmptySubsequences: false)
    guard tagged.count > 1 else { return false }
    return tagged.count > 2 || tagged[0].contains("+") || !tagged[1].utf8.contains(where: isLetter)
      || tagged[1].contains("/") || tagged[0].isEmpty
      || (tagged.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(\.isHexadecimalDigit) } && text.count <= 10)
  }

  private static func isOctet(_ digits: [UInt8]) -> Bool {
    (1...3).contains(digits.count) && digits.allSatisfy(isDigit)
      && UInt8(String(decoding: digits, as: UTF8.self)) != nil
  }

  /// A domain name, or a name that systems give to machines.
  private static func isHost(_ level: Substring) -> Bool {
    let name = level.lowercased()
    if machinePrefixes.contains(where: name.hasPrefix) || machineWords.contains(where: name.contains) { return true }
    // `example.com:x` and `wonder.local` have words for their last label; versions and formats have digits or are listed.
    let labels = name.prefix { $0 != ":" }.split(separator: ".", omittingEmptySubsequences: false)
    guard labels.count > 1, let last = labels.last else { return false }
    return last.utf8.count >= 2 && last.utf8.allSatisfy(isLetter) && !fileExtensions.contains(String(last))
  }

  private static let machinePrefixes = [
    "desktop-", "laptop-", "win-", "www.", "localhost", "vmi", "ec2-", "ip-10-", "ip-172-", "ip-192-",
  ]
  private static let machineWords = [
    "macbook", "mac-mini", "mac-studio", "imac-", "-imac", "-mbp", "-pc.", "thinkpad-",
  ]

  /// What may follow the last dot of a name.
  private static let fileExtensions: Set<String> = [
    "bin", "cpp", "gguf", "ggml", "jinja", "json", "model", "npy", "npz", "onnx", "pt", "pth", "safetensors",
    "tiktoken",
    "txt", "weight", "bias", "scales", "biases", "dev", "post", "rc", "alpha", "beta",
  ]

  private static func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) }
  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
