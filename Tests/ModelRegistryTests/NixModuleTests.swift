import Measurements
import Testing

@testable import ModelRegistry

@Suite("A Nix module with a default id, overrides and a catalog")
struct NixModuleTests {
  /// Each with the value that an edit of `coding` from `o/a` to `o/b` replaces.
  static let replaced = [
    "{ services.aiStack.roleOverrides = { coding = «\"o/a\"»; }; }",
    "{ services.aiStack.roleOverrides.coding = «\"o/a\"»; services.aiStack.defaultLocalModelId = \"o/a\"; }",
    "{ models = { default = null; coding = «\"o/a\"»; }; defaultLocalModelId = \"o/a\"; }",
    "{ models = { coding = \"o/a\"; }; roleOverrides.coding = «\"o/a\"»; }",
    "{ mkOption }: { options.services.aiStack.models = mkOption { default = { coding = \"o/a\"; }; }; config.models.coding = «\"o/a\"»; }",
    "{\r\n\troleOverrides = {\r\n\t\tcoding =\t«\"o/a\"»; # roleOverrides.coding = \"o/a\";\r\n\t};\r\n}\r\n",
  ]

  @Test("A role with a value of its own gets another", arguments: replaced)
  func replaces(_ marked: String) throws {
    let marked = MarkedText(marked)
    let (text, proposal) = try marked.pointing("coding", at: "o/b")
    #expect(text == marked.replacing(with: "\"o/b\""))
    #expect(proposal.reasonsForOwner.isEmpty)
  }

  /// Each with the place where an override of `coding` is inserted, and what.
  static let inserted: [(String, String)] = [
    (
      "{ services.aiStack = {\n    models = { default = null; coding = null; };\n    defaultLocalModelId = \"o/a\";«»\n  };\n}",
      "\n    roleOverrides.coding = \"o/b\";"
    ),
    (
      "{\n  services.aiStack.defaultLocalModelId = \"o/a\"; # for all«»\n}\n",
      "\n  services.aiStack.roleOverrides.coding = \"o/b\";"
    ),
    (
      "{\r\n\troleOverrides = {\r\n\t\tfast = \"o/c\";«»\r\n\t};\r\n\tdefaultLocalModelId = \"o/a\";\r\n}\r\n",
      "\r\n\t\tcoding = \"o/b\";"
    ),
    ("{ roleOverrides = { fast = \"o/c\";«» }; defaultLocalModelId = \"o/a\"; }", " coding = \"o/b\";"),
    ("{ roleOverrides = {«» }; defaultLocalModelId = \"o/a\"; }", " coding = \"o/b\";"),
    (
      "{\n  a.roleOverrides.fast = \"o/c\";«»\n  a.defaultLocalModelId = \"o/a\";\n}\n",
      "\n  a.roleOverrides.coding = \"o/b\";"
    ),
    ("{ c = 1; a.defaultLocalModelId = \"o/a\";«» b = 2; }", " a.roleOverrides.coding = \"o/b\";"),
  ]

  @Test("A role that has the default id gets an override, which is proposed and not made", arguments: inserted)
  func inserts(_ marked: String, _ insertion: String) throws {
    let marked = MarkedText(marked)
    let (text, proposal) = try marked.pointing("coding", at: "o/b")
    #expect(text == marked.replacing(with: insertion))
    #expect(proposal.reasonsForOwner.count == 1)
    #expect(try Registry(parsing: proposal.bytes)["coding"] == "o/b")
  }

  @Test("The default id moves every role that has it, and no other")
  func movesDefault() throws {
    let marked = MarkedText(
      "{ models = { default = null; coding = null; oss = \"o/a\"; }; defaultLocalModelId = «\"o/a\"»; }")
    #expect(try marked.registry().rolesMoving(with: "coding") == ["default", "coding"])
    #expect(try marked.pointing("coding", at: "o/b", by: .model).text == marked.replacing(with: "\"o/b\""))
  }

  private static let catalog = """
    {
      catalog = {
        big-27b = { model = "o/a"; weightGb = 16.1; };
        small-9b = { weightGb = 5; model = "o/b"; };
      };
      models = { default = "big-27b"; coding = «"big-27b"»; };
    }
    """

  @Test("A role that names an entry of a catalog means its model, and moves to another entry or with its model")
  func catalogEntries() throws {
    let marked = MarkedText(Self.catalog)
    #expect(try marked.registry().models == ["default": "o/a", "coding": "o/a"])
    #expect(try marked.pointing("coding", at: "o/b").text == marked.replacing(with: "\"small-9b\""))
    let moved = try marked.pointing("coding", at: "o/c", by: .model).text
    #expect(moved == marked.text.replacing("\"o/a\"", with: "\"o/c\""))
    let error = #expect(throws: RegistryError.self) { try marked.pointing("coding", at: "o/c") }
    #expect(error == .content(path: "registry", .noKeyForModel("coding", "o/c", moving: ["default", "coding"])))
  }

  @Test("A catalog alone gives a model another id for the roles of another file")
  func catalogAlone() throws {
    let text = "{ big-27b = { model = \"o/a\"; weightGb = 16.1; }; small = { model = \"o/b\"; }; }"
    let registry = try Registry(parsing: Array(text.utf8))
    let edit = try RegistryEdit([.init(role: "coding", expected: "o/a", replacement: "o/c")], move: .model)
    #expect(
      String(decoding: try registry.proposal(for: edit).bytes, as: UTF8.self) == text.replacing("o/a", with: "o/c"))
    let stale = try RegistryEdit([.init(role: "coding", expected: "o/x", replacement: "o/c")], move: .model)
    #expect(throws: RegistryError.unknownRole("coding", path: "registry.json", known: [])) {
      try registry.proposal(for: stale)
    }
  }

  static let elsewhere: [(String, String)] = [
    ("let big = \"o/a\"; in\n{ models.coding = big; }", "it is `big`, which line 1 sets"),
    ("{ models.coding = cfg.big; }", "it is `cfg.big`"),
    ("{ models.coding = import ./big.nix; }", "it is imported from ./big.nix: name that file by --source"),
    ("{\n models = import ../models.nix;\n defaultLocalModelId = \"o/a\"; }", "it is imported from ../models.nix"),
    ("{ roleOverrides = overrides; }", "it is `overrides`"),
  ]

  @Test("A value from elsewhere is refused with where it comes from", arguments: elsewhere)
  func origin(_ text: String, _ origin: String) throws {
    let error = #expect(throws: RegistryError.self) {
      try Registry(parsing: Array(text.utf8), path: "home.nix").resident(of: "coding")
    }
    #expect(error?.description.contains(origin) == true, "\(String(describing: error))")
    #expect(error?.description.contains(" at line ") == true)
  }

  @Test("Two default ids and a default that is null leave nothing to go by")
  func noDefault() throws {
    let twice = Array("{ a.defaultLocalModelId = \"o/a\";\nb.defaultLocalModelId = \"o/b\"; }".utf8)
    #expect(throws: RegistryError.content(path: "registry.json", .setNotUnique("defaultLocalModelId", lines: [1, 2]))) {
      try Registry(parsing: twice)
    }
    let null = try Registry(parsing: Array("{ models.coding = null; defaultLocalModelId = null; }".utf8))
    #expect(null.entries.map(\.meaning) == [.unset, .unset])
  }

  @Test("A role whose name is no identifier gets quotes", arguments: ["tool calling", "in", "9b", "a.b", "größe"])
  func quotedNames(_ role: String) throws {
    let marked = MarkedText("{ defaultLocalModelId = \"o/a\"; }")
    let (text, _) = try marked.pointing(Role(rawValue: role), at: "o/b")
    #expect(text == "{ defaultLocalModelId = \"o/a\"; roleOverrides.\"\(role)\" = \"o/b\"; }")
  }

  /// Each with an edit that would give another role, or another place, the new id.
  static let dependent: [(String, Role, RegistryEdit.Move)] = [
    ("{ models = rec { default = \"o/a\"; coding = default; }; }", "default", .role),
    ("{ defaultLocalModelId = \"o/a\"; models.coding = cfg.defaultLocalModelId; }", "default", .model),
    ("{ models.coding = \"o/a\"; roleOverrides.fast = config.x.models.coding; }", "coding", .role),
    ("{ models = { coding = \"o/a\"; }; roleOverrides = shared // host; }", "coding", .role),
    ("{ models = { coding = \"o/a\"; }; roleOverrides = with ids; { coding = \"o/z\"; }; }", "coding", .role),
    ("{ models = { coding = \"o/a\"; }; inherit (x) roleOverrides; }", "coding", .role),
    ("let defaultLocalModelId = \"o/a\"; in { x = defaultLocalModelId; }", "coding", .role),
    (
      "{ defaultLocalModelId = \"o/z\"; models.default = \"o/y\"; catalog.big = { model = \"o/b\"; }; }", "coding",
      .model
    ),
  ]

  @Test(
    "What may have its value from the edited place by name, or override it unseen, refuses the edit",
    arguments: dependent)
  func shared(_ text: String, _ role: Role, _ move: RegistryEdit.Move) throws {
    #expect(throws: RegistryError.self) {
      let registry = try Registry(parsing: Array(text.utf8))
      let edit = try RegistryEdit([.init(role: role, expected: "o/a", replacement: "o/c")], move: move)
      _ = try registry.proposal(for: edit)
    }
  }

  @Test("An unlisted role's model moves where that model is, and not at the default id")
  func unlistedModel() throws {
    let text = "{ defaultLocalModelId = \"o/z\"; catalog.big = { model = \"o/a\"; }; }"
    let changes: [RegistryEdit.Change] = ["coding", "fast"].map { .init(role: $0, expected: "o/a", replacement: "o/c") }
    let edit = try RegistryEdit(changes, move: .model)
    let edited = try Registry(parsing: Array(text.utf8)).proposal(for: edit).bytes
    #expect(String(decoding: edited, as: UTF8.self) == text.replacing("o/a", with: "o/c"))
  }

  @Test("What a module gives as an example below `options` is no assignment")
  func examples() throws {
    let marked = MarkedText(
      "{ options.ai = lib.mkOption { example = { roleOverrides = { coding = \"o/a\"; }; }; }; "
        + "config.ai.models = { coding = «\"o/a\"»; }; }")
    #expect(try marked.pointing("coding", at: "o/b").text == marked.replacing(with: "\"o/b\""))
  }
}
