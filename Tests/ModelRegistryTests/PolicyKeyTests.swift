import Measurements
import Testing

@testable import ModelRegistry

@Suite("Keys that a policy trusts")
struct PolicyKeyTests {
  /// Made by `ssh-keygen -q -t ed25519 -N '' -C me -f key`.
  static let line = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIK4cfzhtwL75oFXem2DqahnpNUY5LwINFnc7W+CshHke me"
  /// What `ssh-keygen -lf key.pub` printed of it.
  static let fingerprint = "SHA256:vJND5MalijjWo9zitfJfJVJL/8MB0LggKQ5sCqzoBFA"
  private static let host = String(repeating: "a", count: 64)

  @Test("A line of a .pub file and a fingerprint name the same key")
  func forms() {
    #expect(PolicyKey(Self.line)?.fingerprint.rawValue == Self.fingerprint)
    #expect(PolicyKey(Self.fingerprint)?.fingerprint.rawValue == Self.fingerprint)
  }

  @Test(
    "Text that is neither is refused, and the member is named",
    arguments: [
      "me", "ssh-ed25519", "ssh-ed25519 !!!!", "ssh-rsa \(line.split(separator: " ")[1])", "SHA256:abc",
      "SHA256:" + String(repeating: "!", count: 43), "ssh-ed25519 AAAA",
    ])
  func neither(text: String) {
    #expect(PolicyKey(text) == nil)
    let policy = #"{"hosts": ["\#(Self.host)"], "keys": ["\#(text)"]}"#
    #expect {
      try RegistryPolicy(parsing: Array(policy.utf8))
    } throws: { error in
      guard case .policy("keys", _)? = error as? RegistryError.ContentProblem else { return false }
      return true
    }
  }

  @Test("Hosts and keys admit together, and survive being written")
  func admission() throws {
    let text = #"{"hosts": ["\#(Self.host)"], "keys": ["\#(Self.line)"]}"#
    let policy = try RegistryPolicy(parsing: Array(text.utf8))
    #expect(policy.admission == ImportAdmission(hosts: [Self.host], keys: [SigningKey(rawValue: Self.fingerprint)]))
    #expect(try RegistryPolicy(parsing: policy.bytes) == policy)
    let signed = Origin.imported(ImportSource(dataset: "d", signer: SigningKey(rawValue: Self.fingerprint)))
    #expect(policy.admission.admits(signed, host: Self.host) && !policy.admission.admits(signed, host: "other"))
    #expect(!policy.admission.admits(.imported(ImportSource(dataset: "d")), host: Self.host))
    #expect(!ImportAdmission.none.admits(signed, host: Self.host) && ImportAdmission.none.admits(.measured, host: "x"))
  }

  @Test("Keys without hosts let nothing count, which is an error rather than a surprise")
  func keysAlone() {
    #expect(throws: RegistryError.ContentProblem.self) {
      try RegistryPolicy(parsing: Array(#"{"keys": ["\#(Self.line)"]}"#.utf8))
    }
  }
}
