import Foundation
import Measurements
import TestSupport
import Testing

@testable import ModelRegistry

@Suite struct NixSourceTests {
  private func source(_ text: String) throws(RegistryError) -> Registry {
    try Registry(parsing: Array(text.utf8), path: "home.nix")
  }

  /// Each with the literal to be replaced between guillemets.
  static let locatable = [
    "{ models = { default = «\"o/a\"»; }; }",
    "{ models = { coding = \"o/a\"; default = «\"o/a\"»; oss = \"o/a\"; }; }",
    "{ models.default = «\"o/a\"»; models.coding = \"o/a\"; }",
    "{ services.ai-stack.models = { \"default\" = «\"o/a\"»; }; }",
    "{ services.\"ai stack\" = { enable = true; models = rec { default=«\"o/a\"»; }; }; }",
    "{ \"models\".\"default\" = «\"o/a\"»;\r\n}\r\n",
    "{ lib, ... }:\nlet\n  x = { default = \"o/a\"; };\nin\n{\n  models = {\n    default = «\"o/a\"»;\n  };\n}\n",
    "{ # models = { default = \"o/a\"; };\n  models.default = «\"o/a\"»; }",
    "{ /* models.default = \"o/a\"; */ models.default /* = */ = # \"o/a\"\n «\"o/a\"» ; }",
    "{ a = \"models = { default = \\\"o/a\\\"; };\"; models.default = «\"o/a\"»; }",
    "{ a = ''\n models = { default = \"o/a\"; };\n ''' ''${x} ''\\n ''; models.default = «\"o/a\"»; }",
    "{ a = \"${f { models = { default = \"o/a\"; }; }}\"; models.default = «\"o/a\"»; }",
    "{ a = ''${\"}\" + ''${\"x\"}'' + f { y = 1; }} models.default = \"o/a\";''; models.default = «\"o/a\"»; }",
    "{ a = \"$${ \"; models.default = «\"o/a\"»; b = \" }\"; }",
    "{ a = ''$${ ''; models.default = «\"o/a\"»; b = '' } ''; }",
    "{ a = \"\\${ \\\" \\\\\"; models.default = «\"o/a\"»; }",
    "{ a = '' ''' { ''; models.default = «\"o/a\"»; }",
    "{ a' = 1; x'' = 2; models.default = «\"o/a\"»; }",
    "{ default = \"o/a\"; other = { default = \"o/a\"; models-dir = \"o/a\"; }; models = { default = «\"o/a\"»; }; }",
    "{ models = { nested = { default = \"o/a\"; }; default = «\"o/a\"»; }; }",
    "{ assertions = [ { assertion = models == default; } ]; models = { default = «\"o/a\"»; }; }",
    "let models = { default = «\"o/a\"»; }; in { a.models = models; b.models = [ { default = \"o/a\"; } ]; }",
    "{ models = { default = «\"o\\/a\"»; }; }",
    "{ models = { default = «\"o/a\"»; ${name} = \"o/a\"; inherit (x) coding; }; }",
  ]

  @Test("The one assignment of the role is found and only its literal replaced", arguments: locatable)
  func replaces(_ marked: String) throws {
    let text = marked.replacing("«", with: "").replacing("»", with: "")
    let parts = marked.split(omittingEmptySubsequences: false) { "«»".contains($0) }
    let edit = try RegistryEdit(role: "default", expected: "o/a", replacement: "new/\"x\"\\${y}")
    let edited = String(decoding: try source(text).proposal(for: edit).bytes, as: UTF8.self)
    #expect(edited == parts[0] + #""new/\"x\"\\\${y}""# + parts[2])
    #expect(try source(edited).resident(of: "default") == "new/\"x\"\\${y}")
  }

  static let refused: [(String, RegistryError.ContentProblem)] = [
    ("{ model = { default = \"o/a\"; }; }", .unrecognized),
    ("# models = { default = \"o/a\"; };\n{ }", .unrecognized),
    (
      "{ a.models = { default = \"o/a\"; };\n  b.models = { coding = \"o/b\"; }; }",
      .setNotUnique("models", lines: [1, 2])
    ),
    ("{ models = { default = \"o/a\"; };\n\n models = { }; }", .setNotUnique("models", lines: [1, 3])),
    ("{ a.models.default = \"o/a\";\n b.models.default = \"o/a\"; }", .setNotUnique("models", lines: [1, 2])),
    (
      "let models = { default = \"o/a\"; };\nin { models = { default = \"o/b\"; }; }",
      .setNotUnique("models", lines: [1, 2])
    ),
    (
      "{ x = let models.coding = \"o/a\"; in models;\n models.default = \"o/a\"; }",
      .setNotUnique("models", lines: [1, 2])
    ),
    ("{ models = { models = { default = \"o/a\"; }; }; }", .setNotUnique("models", lines: [1, 1])),
    ("{\n models = lib.mkForce { default = \"o/a\"; }; }", .setNotPlain("models", line: 2, origin: nil)),
    ("{ models = { default = \"o/a\"; } // x; }", .setNotPlain("models", line: 1, origin: nil)),
    ("{ models = ({ default = \"o/a\"; }); }", .setNotPlain("models", line: 1, origin: nil)),
    ("{ models = { default = \"o/a\"; }; a.models = f (x); }", .setNotPlain("models", line: 1, origin: nil)),
    ("{ models.default = \"o/a\";\n models.default = \"o/b\"; }", .roleRepeated("default", lines: [1, 2])),
    ("{ models = { default = \"o/a\"; };\n models.default = \"o/a\"; }", .roleRepeated("default", lines: [1, 2])),
    ("{ models.default = ''o/a''; }", .valueNotPlain("default", line: 1, origin: nil)),
    ("{ models.default = \"o/\" + \"a\"; }", .valueNotPlain("default", line: 1, origin: nil)),
    ("{ models.default = \"o/${a}\"; }", .valueNotPlain("default", line: 1, origin: nil)),
    ("{ models.default = lib.mkDefault \"o/a\"; }", .valueNotPlain("default", line: 1, origin: nil)),
    ("{ models.default = \"o/\na\"; }", .valueNotPlain("default", line: 1, origin: nil)),
    ("{ models = { default = { id = \"o/a\"; }; }; }", .valueNotPlain("default", line: 1, origin: nil)),
    ("{\n a = \"models.default = \\\"", .unterminated("string", line: 2)),
    ("{\n a = ''${ \"x\" ", .unterminated("string", line: 2)),
    ("{ a = \"${", .unterminated("string", line: 1)),
    ("{ /* models.default = \"o/a\"; }", .unterminated("comment", line: 1)),
    ("{ models = { default = \"o/a\"; ", .unterminated("bracket", line: 1)),
    ("{ models = [ { ] }; }", .unbalancedBracket(line: 1)),
    ("}", .unbalancedBracket(line: 1)),
    ("{ models = \(String(repeating: "[", count: 300))", .nestedTooDeep(limit: 256, line: 1)),
  ]

  @Test("A place that can't be told for sure is refused", arguments: refused)
  func refuses(_ text: String, _ problem: RegistryError.ContentProblem) throws {
    #expect(throws: RegistryError.content(path: "home.nix", problem)) {
      try source(text).resident(of: "default")
    }
  }

  @Test("A role that the set lacks is refused with those it has, and an inherited one with where it comes from")
  func unknownRole() throws {
    let source = try source("{ models = { coding = \"o/a\"; inherit default; computed = x; }; }")
    #expect(throws: RegistryError.unknownRole("oss", path: "home.nix", known: ["coding", "default", "computed"])) {
      try source.resident(of: "oss")
    }
    let problem = RegistryError.ContentProblem.valueNotPlain("default", line: 1, origin: "it is `default`")
    #expect(throws: RegistryError.content(path: "home.nix", problem)) { try source.resident(of: "default") }
  }

  @Test("An id that was not measured is not replaced")
  func refusesMovedResident() throws {
    let edit = try RegistryEdit(role: "tool-calling", expected: "o/a", replacement: "o/c")
    #expect(throws: RegistryError.residentMoved("tool-calling", expected: "o/a", found: "o/b")) {
      try source("{ models = { \"tool-calling\" = \"o/b\"; }; }").proposal(for: edit)
    }
  }

  @Test("The diff shows the one line, and git applies it")
  func diff() throws {
    let text = "{\n  models = {\n    # the resident\n    default = \"o/a\"; # measured\n  };\n}\n"
    let edit = try RegistryEdit(role: "default", expected: "o/a", replacement: "o/b")
    let diff = try source(text).proposal(for: edit).diff
    let changed = diff.description.split(separator: "\n").dropFirst(2).filter { $0.hasPrefix("-") || $0.hasPrefix("+") }
    #expect(changed == ["-    default = \"o/a\"; # measured", "+    default = \"o/b\"; # measured"])
    let folder = try TemporaryFolder()
    let url = try folder.write(text, to: "home.nix")
    #expect(try Subprocess.gitApply(diff.bytes, in: folder) == 0)
    #expect(try Array(Data(contentsOf: url)) == source(text).proposal(for: edit).bytes)
  }

  @Test("Every prefix of a file is read or refused, never a crash")
  func truncation() {
    for text in Self.locatable {
      let bytes = Array(text.utf8)
      for count in 0..<bytes.count { _ = try? Registry(parsing: Array(bytes[..<count])) }
    }
  }

  @Test(
    "Twenty thousand repetitions of anything need neither stack nor minutes",
    arguments: [
      ("{a={b.c=", ";};}"), ("{models={default=", ";};}"), ("[(", ")]"), ("\"${", "}\""), ("let a=", ""), ("a.", ""),
    ])
  func hostileRepetition(_ opening: String, _ closing: String) {
    for closing in ["", closing] {
      let text = String(repeating: opening, count: 20_000) + "1" + String(repeating: closing, count: 20_000)
      #expect(throws: RegistryError.self) { try Registry(parsing: Array(text.utf8)) }
    }
  }

  @Test("The source file is edited like the registry file")
  func editsFile() throws {
    let folder = try TemporaryFolder()
    let url = try folder.write("{ models.default = \"o/a\"; }", to: "home.nix")
    let edit = try RegistryEdit(role: "default", expected: "o/a", replacement: "o/b")
    try RegistryFile(url).apply(edit)
    #expect(try folder.text(of: "home.nix") == "{ models.default = \"o/b\"; }")
    #expect(folder.names == ["home.nix"])
  }
}
