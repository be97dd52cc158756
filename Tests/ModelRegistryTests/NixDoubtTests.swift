import Measurements
import Testing

@testable import ModelRegistry

@Suite("What a Nix file leaves open, and what only looks like a role's value")
struct NixDoubtTests {
  private static func registry(_ text: String) throws -> Registry { try Registry(parsing: Array(text.utf8)) }

  @Test("Other programs' sets with a `model` are no catalog")
  func otherModels() throws {
    let registry = try Self.registry(
      """
      { services.aiStack = { defaultLocalModelId = "o/d"; models = { default = "o/a"; coding = "o/b"; fast = null; }; };
        programs.opencode.settings.agent = { default.model = "local/x"; coding = { model = "local/y"; }; }; }
      """)
    #expect(registry.models == ["default": "o/a", "coding": "o/b", "fast": "o/d"])
    #expect(registry.rolesMoving(with: "coding") == ["coding"])
  }

  @Test("A role moves to an entry of its own catalog")
  func ownCatalog() throws {
    let text = """
      { catalog = { big-27b = { model = "o/a"; }; small-9b = { model = "o/b"; }; };
        models = { coding = «"big-27b"»; default = "big-27b"; };
        programs.aider.architect = { model = "o/b"; }; other.model = "o/c"; }
      """
    let marked = MarkedText(text)
    #expect(try marked.pointing("coding", at: "o/b").text == marked.replacing(with: "\"small-9b\""))
    let error = RegistryError.content(path: "registry", .noKeyForModel("coding", "o/c", moving: ["coding", "default"]))
    #expect(throws: error) { try marked.pointing("coding", at: "o/c") }
  }

  @Test("An entry whose model is not written out leaves its roles open, and no other")
  func computedModel() throws {
    let registry = try Self.registry(
      """
      { catalog.big = { model = "${org}/Big"; }; catalog.mid = { model = lib.mkDefault "o/m"; };
        models = { coding = "big"; default = "mid"; fast = "o/a"; }; }
      """)
    #expect(registry.models == ["fast": "o/a"])
    for role: Role in ["coding", "default"] {
      #expect(throws: RegistryError.content(path: "registry.json", .valueNotPlain(role, line: 1, origin: nil))) {
        try registry.resident(of: role)
      }
    }
  }

  @Test("An override that is null leaves the role its value in `models`")
  func nullOverride() throws {
    let marked = MarkedText(
      "{ ai = { defaultLocalModelId = \"o/d\"; models = { coding = «\"o/a\"»; }; roleOverrides = { coding = null; }; }; }"
    )
    #expect(try marked.registry().models == ["coding": "o/a", "default": "o/d"])
    #expect(try marked.pointing("coding", at: "o/b").text == marked.replacing(with: "\"o/b\""))
  }

  /// Each with an edit of one role that would move another unseen.
  static let references: [(String, Role)] = [
    (
      "{ ai = { models = { default = null; coding = \"o/a\"; fast = null; }; defaultLocalModelId = config.ai.models.coding; }; }",
      "coding"
    ),
    (
      "{ ai.models = { default = \"o/a\"; coding = let m = config.ai.models; in m.default; fast = \"o/b\"; }; }",
      "default"
    ),
    ("{ ai.models = { default = \"o/a\"; fast = with config.ai.models; default; }; }", "default"),
    ("{ ai.models = { default = \"o/a\"; fast = assert true; /* ; */ cfg.default; }; }", "default"),
    ("let m = config.ai.models.coding; in { ai.models = { coding = \"o/a\"; default = m; }; }", "coding"),
    ("{ ai.models = { default = \"o/a\"; fast = f \";\" cfg.default; }; }", "default"),
  ]

  @Test("A value that names the edited one refuses the edit, wherever it says so", arguments: references)
  func reference(_ text: String, _ role: Role) throws {
    let registry = try Self.registry(text)
    #expect(registry[role] == "o/a")
    let edit = try RegistryEdit(role: role, expected: "o/a", replacement: "o/b")
    #expect(throws: RegistryError.self) { try registry.proposal(for: edit) }
  }

  static let doubts: [(String, RegistryError.ContentProblem)] = [
    (
      "{ config = lib.mkMerge [ { ai.models.coding = \"o/a\"; }\n (lib.mkIf x { ai.roleOverrides.coding = \"o/s\"; }) ]; }",
      .setsApart("models", "roleOverrides", lines: [1, 2])
    ),
    (
      "{ hosts.a.ai.models = { coding = \"o/a\"; };\n hosts.b.ai = { defaultLocalModelId = \"o/b\"; }; }",
      .setsApart("defaultLocalModelId", "models", lines: [2, 1])
    ),
    ("{ ai = { models = { coding = \"o/a\"; }; } // import ./local.nix; }", .setReplaceable("models", line: 1)),
    ("{ ai = if x then { models.coding = \"o/s\"; } else import ./big.nix; }", .setReplaceable("models", line: 1)),
    ("{ ai = if x then {} else rec { models.coding = \"o/s\"; }; }", .setReplaceable("models", line: 1)),
    ("{ ai = if x then let y = 1; in { models.coding = \"o/a\"; } else { }; }", .setReplaceable("models", line: 1)),
    ("{ ai = if x then with lib; { models.coding = \"o/a\"; } else { }; }", .setReplaceable("models", line: 1)),
    ("{ ai = if x then f \"a\" { models.coding = \"o/a\"; } else { }; }", .setReplaceable("models", line: 1)),
    (
      "let hosts = { a = { models = { coding = \"o/a\"; }; }; b = { roleOverrides = { coding = \"o/s\"; }; }; }; in hosts.${h}",
      .setsApart("models", "roleOverrides", lines: [1, 1])
    ),
    (
      "let models = { coding = \"o/a\"; }; in { hosts.a = { inherit models; }; hosts.b.roleOverrides.coding = \"o/s\"; }",
      .setsApart("models", "roleOverrides", lines: [1, 1])
    ),
    ("{ ai = ({ defaultLocalModelId = \"o/a\"; } // x); }", .setReplaceable("defaultLocalModelId", line: 1)),
    (
      "{ ai = { models.coding = \"o/a\"; roleOverrides.${config.role} = \"o/x\"; roleOverrides.b = \"o/y\"; }; }",
      .setNotPlain("roleOverrides", line: 1, origin: "a name in it is computed")
    ),
  ]

  @Test("Sets that may not be those that count are refused by name and line", arguments: doubts)
  func doubt(_ text: String, _ problem: RegistryError.ContentProblem) {
    #expect(throws: RegistryError.content(path: "registry.json", problem)) { try Self.registry(text) }
  }

  @Test("A computed name alone is no set of overrides to count on")
  func onlyComputedName() throws {
    let text = "{ ai = { models.coding = \"o/a\"; roleOverrides.${config.role} = \"o/x\"; }; }"
    #expect(throws: RegistryError.self) { try Self.registry(text) }
  }

  /// Each with what an edit of `coding` from `o/a` to `o/b` replaces.
  static let ordinary = [
    "{ config = lib.mkIf cfg.enable { ai = { models.coding = «\"o/a\"»; defaultLocalModelId = \"o/d\"; }; }; }",
    "{ ai = import ./shared.nix // { models.coding = «\"o/a\"»; }; }",
    "let defaultLocalModelId = \"o/d\"; in { ai = { inherit defaultLocalModelId; models = { coding = «\"o/a\"»; }; }; }",
    "{ defaultLocalModelId = \"o/d\"; ai.models = { coding = «\"o/a\"»; }; }",
    "{ outputs = { x }: { host.mac.ai.models = { coding = «\"o/a\"»; }; } // x.eachSystem (s: { }); }",
    "{ x = if a then b else c; ai.models = { coding = «\"o/a\"»; }; }",
    "{ ai.models = { coding = «\"o/a\"»; }; agent = { \"o/a\" = { model = \"local/x\"; }; }; other.models = { }; }",
    "{ ai = { models.coding = «\"o/a\"»; }; opencode.provider.local.models = { \"o/a\" = { name = \"A\"; }; }; }",
    "{ ai.roleOverrides.coding = «\"o/a\"»; opencode.provider.local.models = { \"o/a\" = { name = \"A\"; }; }; }",
    "{ ai.models = { coding = «\"o/a\"»; }; url = \"x\" + cfg.hosts.${host}.url; }",
  ]

  @Test("Ordinary ways to write a module are edited", arguments: ordinary)
  func edits(_ text: String) throws {
    let marked = MarkedText(text)
    #expect(try marked.pointing("coding", at: "o/b").text == marked.replacing(with: "\"o/b\""))
  }

  @Test("Thousands of sets of one name are refused at once", .timeLimit(.minutes(1)))
  func manySets() {
    let text =
      "{ x = [" + String(repeating: "(let models = { }; in 1)", count: 20_000)
      + "]; ai.models = { coding = \"o/a\"; }; }"
    #expect(throws: RegistryError.self) { try Self.registry(text) }
  }
}
