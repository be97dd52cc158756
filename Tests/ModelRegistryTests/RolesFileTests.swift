import Measurements
import Testing

@testable import ModelRegistry

@Suite("A registry with models behind keys")
struct RolesFileTests {
  private static let text = """
    {
      "schema_version": "1.0.0",
      "models": {
        "big-27b":  { "id": "org/Big-27B-4bit", "dense": true },
        "small-9b": { "id": "org/Small-9B-OptiQ-4bit" },
        "stage0_embedding": { "id": "org/embedder-mxfp8" }
      },
      "roles": {
        "default": { "model": "big-27b", "egress": "zdr" },
        "coding":  { "model": «"big-27b"», "egress": "zdr" },
        "fast":    { "model": "small-9b", "egress": "zdr" },
        "embed":   { "model": null, "egress": "none" }
      },
      "hosts": { "workstation": { "resident": ["big-27b", "small-9b"], "swap": [] } }
    }

    """
  private let big: ModelID = "org/Big-27B-4bit"
  private let small: ModelID = "org/Small-9B-OptiQ-4bit"

  @Test("Roles mean the ids behind their keys; one without a key is not set")
  func reads() throws {
    let registry = try MarkedText(Self.text).registry()
    #expect(registry.kind == .roles)
    #expect(registry.roles == ["default", "coding", "fast", "embed"])
    #expect(registry.models == ["default": big, "coding": big, "fast": small])
    #expect(registry.rolesMoving(with: "coding") == ["default", "coding"])
    #expect(throws: RegistryError.roleUnset("embed", path: "registry")) { try registry.resolve("embed") }
  }

  @Test("A role points at the candidate's key, and nothing else changes")
  func pointing() throws {
    let marked = MarkedText(Self.text)
    let (edited, proposal) = try marked.pointing("coding", at: small, from: big)
    #expect(edited == marked.replacing(with: "\"small-9b\""))
    #expect(proposal.reasonsForOwner.isEmpty)
  }

  @Test("A key gets another id, which moves all roles that point at it")
  func renaming() throws {
    let marked = MarkedText(
      Self.text.replacing("«", with: "").replacing("»", with: "").replacing(
        "\"org/Big-27B-4bit\"", with: "«\"org/Big-27B-4bit\"»"))
    let (edited, _) = try marked.pointing("coding", at: "org/New", from: big, by: .model)
    #expect(edited == marked.replacing(with: "\"org/New\""))
    let alone = try RegistryEdit(
      [.init(role: "coding", expected: big, replacement: "org/New")], move: .model)
    #expect(throws: RegistryError.othersMove(["default"], with: ["coding"])) {
      try marked.registry().proposal(for: alone)
    }
  }

  @Test("A candidate without a key is refused, and what would move with its model is said")
  func noKey() throws {
    let error = #expect(throws: RegistryError.self) {
      try MarkedText(Self.text).pointing("coding", at: "org/New", from: big)
    }
    #expect(
      error
        == .content(path: "registry", .noKeyForModel("coding", "org/New", moving: ["default", "coding"])))
    #expect(error?.description.contains("--move model, which moves default, coding") == true)
  }

  @Test("A key that the host does not list is a second line, which is proposed and not made")
  func hosts() throws {
    let base = Self.text.replacing("«", with: "").replacing("»", with: "")
    let layouts = [
      ("[\"big-27b\", \"small-9b\"]", "[\"big-27b\"«»]", ", \"small-9b\""),
      ("[\"big-27b\", \"small-9b\"]", "[\r\n\t\"big-27b\"«»\r\n  ]", ",\r\n\t\"small-9b\""),
      ("[\"big-27b\", \"small-9b\"], \"swap\": []", "[], \"swap\": [ \"big-27b\"«» ]", ", \"small-9b\""),
    ]
    for (old, new, insertion) in layouts {
      let marked = MarkedText(
        base.replacing(old, with: new).replacing(
          "\"coding\":  { \"model\": \"big-27b\"", with: "\"coding\":  { \"model\": «\"big-27b\"»"))
      let (edited, proposal) = try marked.pointing("coding", at: small, from: big)
      #expect(edited == marked.replacing(with: "\"small-9b\"", insertion))
      #expect(proposal.reasonsForOwner.count == 1)
      #expect(proposal.reasonsForOwner.first?.contains("the host \"workstation\" lists \"big-27b\"") == true)
    }
  }

  @Test("Of two keys of one model, the one that the host lists is taken")
  func twoKeys() throws {
    let marked = MarkedText(
      Self.text.replacing(
        "\"small-9b\": {", with: "\"other\": { \"id\": \"org/Small-9B-OptiQ-4bit\" }, \"small-9b\": {"))
    #expect(try marked.pointing("coding", at: small, from: big).text == marked.replacing(with: "\"small-9b\""))
  }

  static let broken: [(String, RegistryError.ContentProblem)] = [
    (#"{"model": "gone"}"#, .unknownKey("x", key: "gone", known: ["k", "bare"])),
    (#"{"model": "bare"}"#, .keyWithoutID("x", key: "bare")),
    (#"{"model": 7}"#, .keyNotAString("x", kind: "a number")),
    (#""k""#, .roleNotAnObject("x", kind: "a string")),
  ]

  @Test("A broken role is named, and the others stay what they are", arguments: broken)
  func brokenRole(_ value: String, _ problem: RegistryError.ContentProblem) throws {
    let text = #"{"models": {"k": {"id": "o/a"}, "bare": {}}, "roles": {"x": \#(value), "y": {"model": "k"}}}"#
    let registry = try Registry(parsing: Array(text.utf8))
    #expect(registry.entries.map(\.meaning) == [.unusable(problem), .model("o/a")])
  }

  @Test("Escapes, tabs, CRLF and look-alikes stay as they are")
  func oddBytes() throws {
    let marked = MarkedText(
      "{\t\"notes\": \"\\\"roles\\\": {\\\"coding\\\": {\\\"model\\\": \\\"b\\\"}}\",\r\n"
        + "\"models\":{\"\\u0062\":{\"id\":\"o\\/a\"},\"n\\u00e9\":{\"id\":\"o/b\"}},\r\n"
        + "\"roles\" : { \"c\\u006fding\" :\t{ \"x\": {\"model\": \"b\"}, \"model\" : «\"b\"» } } }")
    #expect(try marked.pointing("coding", at: "o/b").text == marked.replacing(with: "\"né\""))
  }

  @Test(
    "Hosts that are written in another way make the edit one for the owner",
    arguments: [
      "[{\"name\": \"workstation\", \"resident\": [\"a\"]}]", "{\"workstation\": {\"resident\": \"a\"}}",
      "{\"workstation\": {\"swap\": [{\"key\": \"a\"}]}}", "{\"workstation\": [\"a\"]}",
    ])
  func otherHosts(_ hosts: String) throws {
    let marked = MarkedText(
      "{\"models\": {\"a\": {\"id\": \"o/a\"}, \"b\": {\"id\": \"o/b\"}}, \"roles\": {\"coding\": {\"model\": «\"a\"»}}, "
        + "\"hosts\": \(hosts)}")
    let (text, proposal) = try marked.pointing("coding", at: "o/b")
    #expect(text == marked.replacing(with: "\"b\""))
    #expect(proposal.reasonsForOwner.count == 1)
  }

  @Test("Ids beside roles that other programs describe are JSON of roles and ids")
  func describedRoles() throws {
    let text = "{\"models\": {\"coding\": \"o/a\"}, \"roles\": {\"coding\": {\"description\": \"writes\"}}}"
    let registry = try Registry(parsing: Array(text.utf8))
    #expect(registry.kind == .models)
    #expect(registry.models == ["coding": "o/a"])
  }

  @Test("A role without a model blocks no other whose id is its name")
  func unsetName() throws {
    let text =
      "{\"models\": {\"b\": {\"id\": \"o/a\"}}, \"roles\": {\"o/a\": {\"model\": null}, \"coding\": {\"model\": \"b\"}}}"
    let registry = try Registry(parsing: Array(text.utf8))
    #expect(registry["coding"] == "o/a")
    #expect(try registry.resolve("o/a").match == .exactID)
  }
}
