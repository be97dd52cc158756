import Foundation
import TestSupport
import Testing

@testable import ModelRegistry

@Suite struct UnifiedDiffTests {
  private func diff(_ old: String, _ new: String, path: String = "registry.json") -> UnifiedDiff {
    UnifiedDiff(from: Array(old.utf8), to: Array(new.utf8), path: path)
  }

  @Test("One changed line is shown with three lines around it")
  func oneLine() {
    // printf '1\n2\n3\n4\n5\n6\n7\n8\n' > registry.json; git diff after 5 became five, from its third line
    let expected = """
      --- a/registry.json
      +++ b/registry.json
      @@ -2,7 +2,7 @@
       2
       3
       4
      -5
      +five
       6
       7
       8

      """
    #expect(diff("1\n2\n3\n4\n5\n6\n7\n8\n", "1\n2\n3\n4\nfive\n6\n7\n8\n").description == expected)
  }

  @Test("A missing newline at the end is said on both sides")
  func noNewline() {
    let expected = """
      --- a/registry.json
      +++ b/registry.json
      @@ -1 +1 @@
      -a
      \\ No newline at end of file
      +b
      \\ No newline at end of file

      """
    #expect(diff("a", "b").description == expected)
  }

  @Test("Equal texts have no difference")
  func equal() { #expect(diff("a\n", "a\n").isEmpty) }

  @Test("Changes seven lines apart share no hunk, nearer ones do")
  func hunks() {
    let lines = (1...20).map(String.init)
    func changed(_ numbers: Set<Int>) -> String {
      lines.enumerated().map { numbers.contains($0.offset) ? "x" : $0.element }.joined(separator: "\n")
    }
    func hunks(_ numbers: Set<Int>) -> Int {
      diff(changed([]), changed(numbers)).description.components(separatedBy: "\n@@ ").count - 1
    }
    #expect(hunks([4, 11]) == 1)
    #expect(hunks([4, 12]) == 2)
  }

  static let pairs: [(String, String)] = [
    ("a\r\nb\r\nc\r\n", "a\r\nB\r\nc\r\n"),
    ("a\nb\nc", "a\nb\nC"),
    ("a\nb\nc", "A\nb\nc\n"),
    ("a", "a\n"),
    ("1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n", "x\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\ny\n"),
    ("1\n2\n3\n4\n", "1\n3\n4\n"),
    ("1\n2\n2\n3\n", "1\n2\n2\n2\nx\n3\n"),
    ("a\n", ""),
  ]

  @Test("git turns the old text into the new one", arguments: pairs)
  func gitApplies(_ old: String, _ new: String) throws {
    let folder = try TemporaryFolder()
    try folder.write(old, to: "r.json")
    #expect(try Subprocess.gitApply(diff(old, new, path: "r.json").bytes, in: folder) == 0)
    #expect(try folder.text(of: "r.json") == new)
  }

  @Test("git understands any path", arguments: ["with space.json", "quo\"te\\.json", "größe.json", "tab\there.json"])
  func gitApplies(path: String) throws {
    let folder = try TemporaryFolder()
    try folder.write("a\n", to: path)
    #expect(try Subprocess.gitApply(diff("a\n", "b\n", path: path).bytes, in: folder) == 0)
    #expect(try folder.text(of: path) == "b\n")
  }

  @Test("An absolute path becomes one relative to the root")
  func absolutePath() {
    #expect(diff("a", "b", path: "/etc/./r.json").description.hasPrefix("--- a/etc/r.json\n+++ b/etc/r.json\n"))
  }

  @Test("git applies the diff of an edit in any layout to the same bytes as the edit")
  func gitAppliesEdits() throws {
    for seed in 0..<40 as Range<UInt64> {
      let odd = OddRegistry(seed: seed)
      let edit = try RegistryEdit(role: "default", expected: .init(rawValue: odd.id), replacement: "new/id")
      let registry = try Registry(parsing: odd.bytes)
      let folder = try TemporaryFolder()
      let url = try folder.write(odd.bytes, to: "registry.json")
      #expect(try Subprocess.gitApply(registry.proposal(for: edit).diff.bytes, in: folder) == 0, "seed \(seed)")
      #expect(try Array(Data(contentsOf: url)) == registry.proposal(for: edit).bytes, "seed \(seed)")
    }
  }
}
