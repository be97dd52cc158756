import Measurements
import Testing

@testable import ModelRegistry

@Suite("Registries in YAML")
struct YAMLFormTests {
  /// Each with what an edit of `coding` from `o/a` to `o/b` replaces, and by what.
  static let proxies: [(String, String)] = [
    ("model_list:\n  - model_name: coding\n    litellm_params:\n      model: openai/«o/a»\n", "o/b"),
    ("model_list:\n- model_name: coding\n  litellm_params: {model: «\"openai/o/a\"», api_base: x}\n", "\"openai/o/b\""),
    ("model_list: [{model_name: coding, litellm_params: {model: «'hosted_vllm/o/a'»}}]", "'hosted_vllm/o/b'"),
    (
      "# model_name: coding\r\nmodel_list:\r\n  - model_name: \"c\\x6fding\" # model: openai/o/a\r\n"
        + "    litellm_params:\r\n      api_base: \"model: openai/o/a\"\r\n      model:   «o/a» # o/a\r\n", "o/b"
    ),
    (
      "model_list:\n  - litellm_params:\n      ? model\n      : «openai/o/a»\n    model_name: coding\n"
        + "  - model_name: größe\n    litellm_params: {model: openai/o/a}\n", "openai/o/b"
    ),
    (
      "é: ü # ö\nmodel_list:\n  - {model_name: coding, litellm_params: {\"model\"  :  !!str «openai/o/a» }}\n",
      "openai/o/b"
    ),
    ("a: &big openai/o/a\nmodel_list:\n  - {model_name: coding, litellm_params: {model: «*big»}}\n", "openai/o/b"),
    (
      "model_list:\n  - model_name: coding\n    litellm_params:\n      model:\n        # the resident\n        «o/a»\n",
      "o/b"
    ),
  ]

  @Test("The one model of the name is found in LiteLLM's list, and only its value replaced", arguments: proxies)
  func proxy(_ marked: String, _ replacement: String) throws {
    let marked = MarkedText(marked)
    #expect(try marked.registry().kind == .liteLLM)
    let (text, proposal) = try marked.pointing("coding", at: "o/b")
    #expect(text == marked.replacing(with: replacement))
    #expect(proposal.reasonsForOwner.isEmpty)
  }

  @Test(
    "An id that YAML would read as something else is put in quotes",
    arguments: ["123", "true", "o/a: b", "a #b", "~", "1e3", "- x"])
  func quotes(_ id: String) throws {
    let marked = MarkedText("model_list:\n  - {model_name: coding, litellm_params: {model: «o/a»}}\n")
    let (text, proposal) = try marked.pointing("coding", at: ModelID(rawValue: id))
    #expect(text == marked.replacing(with: "\"\(id)\""))
    #expect(try Registry(parsing: proposal.bytes)["coding"]?.rawValue == id)
  }

  @Test("A value that an anchor shares is refused for one role and moved for all")
  func anchors() throws {
    let marked = MarkedText(
      "model_list:\n  - {model_name: coding, litellm_params: {model: &big «openai/o/a»}}\n"
        + "  - {model_name: default, litellm_params: {model: *big}}\n")
    #expect(try marked.registry().models == ["coding": "o/a", "default": "o/a"])
    #expect(throws: RegistryError.content(path: "registry", .valueShared("coding", line: 2))) {
      try marked.pointing("coding", at: "o/b")
    }
    #expect(try marked.pointing("default", at: "o/b", by: .model).text == marked.replacing(with: "openai/o/b"))
  }

  static let unsure: [(String, RegistryError.ContentProblem)] = [
    (
      "model_list:\n - {model_name: coding, litellm_params: {model: o/a}}\n - {model_name: coding, litellm_params: {model: o/b}}",
      .roleRepeated("coding", lines: [2, 3])
    ),
    ("model_list:\n - {model_name: coding}", .valueNotPlain("coding", line: 2, origin: nil)),
    (
      "model_list:\n - {model_name: coding, litellm_params: {model: [o/a]}}",
      .valueNotPlain("coding", line: 2, origin: nil)
    ),
    (
      "model_list:\n - {model_name: coding, litellm_params: {model: 7}}", .valueNotPlain("coding", line: 2, origin: nil)
    ),
    (
      "b: &b {model: o/a}\nmodel_list:\n - {model_name: coding, litellm_params: {<<: *b}}",
      .valueNotPlain("coding", line: 3, origin: nil)
    ),
    (
      "model_list:\n - {model_name: coding, litellm_params: {model: os.environ/CODING_MODEL}}",
      .valueNotPlain("coding", line: 2, origin: "it is that of the variable CODING_MODEL")
    ),
    (
      "model_list:\n - {model_name: coding, litellm_params: {model: \"openai/*\"}}",
      .valueNotPlain("coding", line: 2, origin: "it is a pattern, which stands for many models")
    ),
  ]

  @Test("Deployments of one model are read and not edited, and a name that is the model's id is no other role")
  func balanced() throws {
    let text = """
      model_list:
        - {model_name: o/a, litellm_params: {model: openai/o/a, api_base: http://one}}
        - {model_name: o/a, litellm_params: {model: openai/o/a, api_base: http://two}}
        - {model_name: coding, litellm_params: {model: openai/o/a}}

      """
    let registry = try Registry(parsing: Array(text.utf8))
    #expect(registry.models == ["o/a": "o/a", "coding": "o/a"])
    let edit = try RegistryEdit(role: "o/a", expected: "o/a", replacement: "o/b")
    #expect(throws: RegistryError.content(path: "registry.json", .roleRepeated("o/a", lines: [2, 3]))) {
      try registry.proposal(for: edit)
    }
  }

  @Test("A byte order mark, and an anchor that many deployments merge, are ordinary")
  func ordinary() throws {
    let marked = MarkedText(
      "\u{FEFF}common: &d {api_base: http://x}\nmodel_list:\n"
        + (0..<60).map { " - {model_name: r\($0), litellm_params: {<<: *d, model: o/f}}\n" }.joined()
        + " - {model_name: coding, litellm_params: {model: «o/a»}}\n")
    let (text, proposal) = try marked.pointing("coding", at: "o/b")
    #expect(text == marked.replacing(with: "o/b"))
    #expect(Array(proposal.bytes.prefix(3)) == [0xEF, 0xBB, 0xBF])
  }

  @Test("Many anchors and aliases are ordinary, and so is a colon behind a brace")
  func manyAnchors() throws {
    let text =
      (0..<12).map { "e\($0): &e\($0) {ttl: \($0)}\n" }.joined() + "models:\n"
      + (0..<60).map { "  o/m\($0): {<<: *e\($0 % 12), cmd: \"run -v ${dir}:/models x\"}\n" }.joined()
      + "  o/a: {cmd: x, aliases: [coding]}\n"
    #expect(try Registry(parsing: Array(text.utf8)).models == ["coding": "o/a"])
  }

  /// Keys that stand for 2⁴⁰ nodes or so.
  static let bombs = [
    "? KEY\n: 1\n", "{KEY : 1}", "[KEY: 1]", "b: KEY\n? *a40\n: 1\n", "b: KEY\n*a40 : 1\n",
    "k: {KEY}", "k: {x: 1, &q KEY}", "k: {KEY#c\n}", "b: KEY\nk: {?*a40}", "b: KEY\nk: {*a40}",
    "b: KEY\n? \u{2028}*a40\n: 1\n",
  ]

  @Test("A key that stands for more than can be read is refused at once", .timeLimit(.minutes(1)), arguments: bombs)
  func bomb(_ text: String) throws {
    let key = (1...40).reduce("&a0 [x]") { "&a\($1) [\($0), *a\($1 - 1)]" }
    #expect(throws: RegistryError.self) { try Registry(parsing: Array(text.replacing("KEY", with: key).utf8)) }
  }

  @Test("A model that can't be told is named, and the others stay what they are", arguments: unsure)
  func unsureValue(_ text: String, _ problem: RegistryError.ContentProblem) throws {
    let registry = try Registry(
      parsing: Array((text + "\n - {model_name: fast, litellm_params: {model: openai/o/f}}\n").utf8))
    #expect(registry.models["fast"] == "o/f")
    #expect(throws: RegistryError.content(path: "registry.json", problem)) { try registry.resident(of: "coding") }
  }

  @Test("Parameters behind an alias, and block scalars, are read and not edited")
  func readOnly() throws {
    for text in [
      "p: &p {model: o/a}\nmodel_list:\n - {model_name: coding, litellm_params: *p}\n",
      "model_list:\n - model_name: coding\n   litellm_params:\n     model: >-\n       o/a\n",
      "model_list:\n - model_name: coding\n   litellm_params:\n     model: \"o/\\\n       a\"\n",
    ] {
      let registry = try Registry(parsing: Array(text.utf8))
      #expect(registry["coding"] == "o/a")
      let edit = try RegistryEdit(role: "coding", expected: "o/a", replacement: "o/b")
      #expect(throws: RegistryError.self) { try registry.proposal(for: edit) }
    }
  }

  /// Each with what moves `coding` from `o/a` to `o/b`: what is taken out, and what is put in.
  static let swaps: [(String, String, String)] = [
    ("models:\n  o/a:\n    cmd: x\n    aliases: [«coding»]\n  o/b:\n    cmd: y\n    aliases: [«»]\n", "", "coding"),
    (
      "models:\n  o/a:\n    cmd: x\n    aliases: [«coding, »fast]\n  o/b:\n    cmd: y\n    aliases: [oss«»]\n", "",
      ", coding"
    ),
    (
      "models:\n  o/a: {cmd: x, aliases: [fast«, \"coding\"»]}\n  o/b: {«»cmd: y}\n", "", "aliases: [\"coding\"], "
    ),
    (
      "models: # o/a\r\n  \"o/a\":\r\n    cmd: 'aliases: [coding]'\r\n    aliases:\r\n      - fast\r\n«      - coding\r\n»"
        + "  'o/b':\r\n    «»cmd: y\r\n", "", "aliases: [coding]\r\n    "
    ),
    (
      "models:\n  o/b:\n    cmd: y\n    aliases:\n    - oss # kept\n«»  o/a:\n    cmd: x\n    aliases:\n      - fast\n"
        + "      «- coding  »# measured in May\n", "    - coding\n", ""
    ),
    (
      "models:\n  o/b:\n    cmd: y\n    aliases:«»\n  o/a:\n    cmd: x\n    aliases:«»\n«      - coding\n»",
      " [coding]", " []"
    ),
  ]

  @Test("A name moves from one model's aliases to another's, and comments stay", arguments: swaps)
  func swap(_ marked: String, _ first: String, _ second: String) throws {
    let marked = MarkedText(marked)
    #expect(try marked.registry().kind == .llamaSwap)
    #expect(try marked.registry()["coding"] == "o/a")
    let (text, proposal) = try marked.pointing("coding", at: "o/b")
    #expect(text == marked.replacing(with: first, second))
    #expect(proposal.reasonsForOwner.isEmpty)
  }

  @Test("A model that is not there, and a model's id, are refused with what would work")
  func refusals() throws {
    let marked = MarkedText("models:\n  o/a: {cmd: x, aliases: [coding]}\n  o/b: {cmd: y}\n")
    #expect(throws: RegistryError.content(path: "registry", .noModelForID("coding", "o/c", known: ["o/a", "o/b"]))) {
      try marked.pointing("coding", at: "o/c")
    }
    #expect(throws: RegistryError.content(path: "registry", .modelNotRenamable("coding"))) {
      try marked.pointing("coding", at: "o/c", by: .model)
    }
  }

  @Test("Every prefix of a configuration is read or refused, never a crash, and edits of one keep the rest")
  func truncation() throws {
    for text in Self.proxies.map(\.0) + Self.swaps.map(\.0) {
      let bytes = Array(MarkedText(text).text.utf8)
      for count in 0..<bytes.count {
        guard let registry = try? Registry(parsing: Array(bytes[..<count])), registry["coding"] == "o/a" else {
          continue
        }
        let edit = try RegistryEdit(role: "coding", expected: "o/a", replacement: "o/b")
        guard let proposal = try? registry.proposal(for: edit) else { continue }
        #expect(try Registry(parsing: proposal.bytes)["coding"] == "o/b")
      }
    }
  }

  @Test("What is no YAML, or YAML of another kind, is one clear error")
  func refusesOthers() {
    #expect(throws: RegistryError.content(path: "registry.json", .unrecognized)) {
      try Registry(parsing: Array("services:\n  web: {image: x}\n".utf8))
    }
    let error = #expect(throws: RegistryError.self) { try Registry(parsing: Array("models:\n  - a\n b: [\n".utf8)) }
    guard case .content(_, .notYAML) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    let twice = #expect(throws: RegistryError.self) {
      try Registry(parsing: Array("models:\n  o/a: {cmd: x}\n  o/a: {cmd: y}\n".utf8))
    }
    guard case .content(_, .notYAML) = twice else {
      Issue.record("\(String(describing: twice))")
      return
    }
  }

  /// What others may stand for, by an alias or a merge.
  static let merged = [
    "model_list:\n - model_name: coding\n   litellm_params: &p\n     model: openai/o/a\n"
      + " - model_name: fast\n   litellm_params:\n     <<: *p\n     rpm: 5\n",
    "model_list:\n - &e\n   model_name: coding\n   litellm_params: {model: openai/o/a}\n - {<<: *e, model_name: fast}\n",
    "common: &c {aliases: [other]}\nmodels:\n  o/a: {cmd: x, aliases: [coding]}\n  o/b: {<<: *c, cmd: y}\n",
    "models:\n  o/a: &a {cmd: x, aliases: [coding]}\n  o/b: {cmd: y}\n  o/c: {<<: *a, cmd: z}\n",
    "models:\n  o/a: {cmd: x, aliases: &n [coding]}\n  o/b: {cmd: y}\nothers: *n\n",
    "models:\n  o/a: {cmd: x, aliases: [coding]}\n  o/b: {cmd: y, aliases: &n [fast]}\nothers: *n\n",
  ]

  @Test("What an alias or a merge may stand for is not edited", arguments: merged)
  func merges(_ text: String) throws {
    let edit = try RegistryEdit(role: "coding", expected: "o/a", replacement: "o/b")
    #expect(throws: RegistryError.self) { try Registry(parsing: Array(text.utf8)).proposal(for: edit) }
  }

  @Test("Line ends that only YAML knows, bombs of aliases and repeated keys are one error without the file's text")
  func hostile() throws {
    let odd = "models:\n  o/a:\n    cmd: x\n    aliases:\n    - \"cod\u{85}ing\"\n    - fast\n  o/b: {cmd: y}\n"
    let registry = try Registry(parsing: Array(odd.utf8))
    let role = try #require(registry.roles.first)
    let edit = try RegistryEdit(role: role, expected: "o/a", replacement: "o/b")
    #expect(throws: RegistryError.self) { try registry.proposal(for: edit) }
    var bomb = "a0: &a0 [x, x]\n"
    for level in 1...60 { bomb += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n" }
    #expect(throws: RegistryError.self) { try Registry(parsing: Array((bomb + "? *a60\n: y\n").utf8)) }
    let secret = "model_list: []\nkey: sk-secret\nkey: sk-secret\n"
    let error = #expect(throws: RegistryError.self) { try Registry(parsing: Array(secret.utf8)) }
    #expect(error?.description.contains("key more than once") == true && error?.description.contains("sk-") == false)
  }

  @Test("More roles than any registry has are refused")
  func manyRoles() {
    for text in [
      "{\"models\": {" + (0..<3000).map { "\"r\($0)\": \"o/a\"" }.joined(separator: ",") + "}}",
      "{ models = {" + (0..<3000).map { "r\($0) = null; " }.joined() + "}; defaultLocalModelId = \"o/a\"; }",
      "model_list:\n" + (0..<3000).map { " - {model_name: r\($0), litellm_params: {model: o/a}}\n" }.joined(),
    ] {
      #expect(throws: RegistryError.content(path: "registry.json", .tooManyRoles(3000, limit: 2000))) {
        try Registry(parsing: Array(text.utf8))
      }
    }
  }
}
