import Crypto
import Foundation
import Measurements
import Platform

/// `ssh-keygen`, which signs the batches of a dataset and checks their signatures.
///
/// A signature is of the bytes of a batch's index entry, which names each of its shards by their hashes. It stands beside
/// the entry, under its name with `.sig` at the end, in the form that `ssh-keygen -Y sign` writes.
public struct SSHKeygen: Sendable {
  public let executable: URL

  public init(executable: URL) { self.executable = executable }

  /// The environment variable that names the executable.
  public static let environmentVariable = "RESIDENT_SSH_KEYGEN"
  /// Keeps a signature of something else from passing for one of a batch.
  public static let namespace = "resident-dataset"
  static let fileExtension = ".sig"

  /// The executable of the environment variable, else that of `PATH`.
  ///
  /// - Throws: `DatasetError.signing` if there is none.
  public static func find(
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws(DatasetError) -> SSHKeygen {
    do throws(Executable.Missing) {
      let found = try Executable.find(
        nil, variable: environmentVariable, name: "ssh-keygen", projectPath: ".resident/tools/ssh-keygen",
        environment: environment)
      if let found { return SSHKeygen(executable: found) }
    } catch {
      throw .signing("ssh-keygen: \(error)")
    }
    throw .signing("ssh-keygen is not in PATH; it comes with OpenSSH, and $\(environmentVariable) names another")
  }

  /// The signature of bytes.
  ///
  /// - Parameter key: The private key's file, or that of a public key whose private one an agent holds.
  /// - Throws: `signing` with the reason in the program's words.
  func signature(of bytes: [UInt8], by key: URL) throws(DatasetError) -> [UInt8] {
    let output = try run(["-Y", "sign", "-f", key.path, "-n", Self.namespace], input: bytes)
    guard output.exit == .exited(0), !output.bytes.isEmpty else {
      throw .signing(
        "\(key.lastPathComponent) does not sign: \(Self.reason(output)); a key with a passphrase signs through an agent, "
          + "if its public key is named")
    }
    return Array(output.bytes)
  }

  /// The fingerprint of a key.
  ///
  /// - Parameter key: The file of a private key or of a public one.
  /// - Throws: `signing` with the reason in the program's words.
  func fingerprint(of key: URL) throws(DatasetError) -> SigningKey {
    let output = try run(["-l", "-E", "sha256", "-f", key.path], input: [])
    guard output.exit == .exited(0), let words = output.text?.split(separator: " "), words.count > 1,
      let key = SigningKey(fingerprint: String(words[1]))
    else { throw .signing("\(key.lastPathComponent) is no key of ssh-keygen: \(Self.reason(output))") }
    return key
  }

  /// The key whose signature stands beside an index entry.
  ///
  /// - Parameter name: The entry's path within the dataset.
  /// - Throws: `badSignature` if it is none of the entry's bytes.
  func signer(of name: String, in folder: URL) throws(DatasetError) -> SigningKey {
    let entry = folder.appendingPathComponent(name)
    let bytes: [UInt8]
    do throws(FileSystemError) {
      bytes = try RegularFile.read(entry.path)
    } catch {
      throw .file(name: name, reason: error.reason)
    }
    // The bytes that are signed are those that the name stands for, and so those that were read.
    try ShardName(index: name).check(
      sha256: SHA256.hash(data: bytes).map { String(format: "%02x", $0) }.joined())
    let output = try run(
      ["-Y", "check-novalidate", "-n", Self.namespace, "-s", entry.path + Self.fileExtension], input: bytes)
    // Which keys are trusted is for the registry's policy to say, when something is decided.
    guard output.exit == .exited(0),
      let key = output.text?.split(separator: " ").last.flatMap({ SigningKey(fingerprint: String($0)) })
    else { throw .badSignature(name: name + Self.fileExtension, reason: Self.reason(output)) }
    return key
  }

  /// No terminal is asked for a passphrase: this program is no foreground process of one.
  private func run(_ arguments: [String], input: [UInt8]) throws(DatasetError) -> ProgramOutput {
    var environment = ProcessInfo.processInfo.environment
    environment["SSH_ASKPASS_REQUIRE"] = "force"
    environment["SSH_ASKPASS"] = environment["SSH_ASKPASS"] ?? "/bin/false"
    do {
      return try ProgramOutput(
        running: executable, arguments, environment: environment, input: Data(input), within: .seconds(120))
    } catch {
      throw .signing("\(executable.path): \(error)")
    }
  }

  private static func reason(_ output: ProgramOutput) -> String {
    let lines = (output.errorText ?? "").split(whereSeparator: \.isNewline)
    return lines.first { !$0.hasPrefix("Signing data") }.map(String.init) ?? "it ended with status \(output.status)"
  }
}

/// Signs the batches of an export.
public struct BatchSigner: Sendable {
  let keygen: SSHKeygen
  let key: URL

  public init(_ keygen: SSHKeygen, key: URL) {
    self.keygen = keygen
    self.key = key
  }

  func signature(of bytes: [UInt8]) throws(DatasetError) -> [UInt8] { try keygen.signature(of: bytes, by: key) }

  /// The key's fingerprint.
  ///
  /// - Throws: `DatasetError.signing` for a file that holds no key.
  public func fingerprint() throws(DatasetError) -> SigningKey { try keygen.fingerprint(of: key) }
}
