import JSON
import Testing

@testable import Tokenization

@Suite("Damaged and foreign tokenizer.json files")
struct HostileFileTests {
  private func field(of text: TokenizerText) -> String? {
    do throws(TokenizerProblem) {
      _ = try text.tokenizer()
      return nil
    } catch {
      return switch error {
      case .json: "json"
      case .field(let name, _): name
      case .unread(_, _, let field, _): "unread \(field)"
      case .unsupported(let field, _, _): "unsupported \(field)"
      }
    }
  }

  @Test(
    "A bad vocabulary is refused",
    arguments: [
      (#","x":256,"x":257"#, "model.vocab"), (#","xx":256,"xx":257"#, "model.vocab"), (#","xx":97"#, "model.vocab"),
      (#","xx":-1"#, "model.vocab"), (#","xx":4194304"#, "model.vocab"), (#","xx":1.0"#, "model.vocab"),
      (#","xx":99999999999999999999999"#, "model.vocab"), (#","xx":"256""#, "model.vocab"),
      (#","xx":null"#, "model.vocab"),
      (#","xx":0256"#, "model.vocab"), (#","xx":256,"#, "json"), (#","xx" 256"#, "json"), (#","\ud800":256"#, "json"),
      (",\"\u{212B} \":256,\"\u{212B} \":257", "model.vocab"),
    ])
  func vocabulary(_ members: String, _ expected: String) {
    #expect(field(of: TokenizerText(vocabulary: members)) == expected)
  }

  @Test(
    "A bad merge is refused, with its number",
    arguments: [
      (#"["a b"]"#, "model.merges[0]"), (#"["q a","a b"]"#, "model.merges[0]"), (#"["aa b"]"#, "model.merges[0]"),
      (#"[["q","r"],["a"]]"#, "model.merges[1]"), (#"[["q","r"],["a","b","c"]]"#, "model.merges[1]"),
      (#"["q r","q  r"]"#, "model.merges[1]"), (#"["q r","qr"]"#, "model.merges[1]"),
      (#"["q r",7]"#, "model.merges[1]"),
      (#"["q r",{}]"#, "model.merges[1]"), (#"["q r",["q",1]]"#, "model.merges[1]"), (#"["q r"}"#, "json"),
      ("{}", "model.merges"),
      ("null", "model.merges"),
    ])
  func merges(_ merges: String, _ expected: String) {
    #expect(field(of: TokenizerText(vocabulary: #","qr":256"#, merges: merges)) == expected)
  }

  @Test(
    "A bad added token is refused, with its number",
    arguments: [
      (#"{"id":256,"content":"a"}"#, "added_tokens[0].id"), (#"{"id":257,"content":"<a>"}"#, "added_tokens[0].id"),
      (#"{"id":"256","content":"<a>"}"#, "added_tokens[0].id"), (#"{"content":"<a>"}"#, "added_tokens[0].id"),
      (#"{"id":-1,"content":"<a>"}"#, "added_tokens[0].id"), (#"{"id":256}"#, "added_tokens[0].content"),
      (#"{"id":256,"content":7}"#, "added_tokens[0].content"), ("7", "added_tokens[0]"),
      (#"{"id":256,"content":"<a>","special":1}"#, "added_tokens[0].special"),
      (#"{"id":256,"content":"<a>"},{"id":257,"content":"<a>"}"#, "added_tokens[1].content"),
    ])
  func addedTokens(_ tokens: String, _ expected: String) {
    #expect(field(of: TokenizerText(addedTokens: "[\(tokens)]")) == expected)
  }

  @Test("Two normalized tokens that normalize to the same text are refused")
  func sameAfterNormalization() {
    let tokens =
      #"[{"id":256,"content":"\u00e9!","normalized":true},{"id":257,"content":"e\u0301!","normalized":true}]"#
    #expect(field(of: TokenizerText(addedTokens: tokens)) == nil)
    #expect(field(of: TokenizerText(addedTokens: tokens, normalizer: #"{"type":"NFC"}"#)) == "added_tokens")
  }

  @Test("A kind that is not read is named with its stage, and fetching again is not advised")
  func unreadKinds() throws {
    let expected: [(TokenizerText, String, String)] = [
      (TokenizerText(normalizer: #"{"type":"ByteLevel"}"#), "normalizer.type", "the normalizer ByteLevel is not read"),
      (
        TokenizerText(normalizer: #"{"type":"Sequence","normalizers":[{"type":"NFC"},{"type":"Custom"}]}"#),
        "normalizer.normalizers[1].type", "the normalizer Custom is not read"
      ),
      (
        TokenizerText(preTokenizer: #"{"type":"UnicodeScripts"}"#), "pre_tokenizer.type",
        "the pre-tokenizer UnicodeScripts is not read"
      ),
      (
        TokenizerText(postProcessor: #"{"type":"Pairs"}"#), "post_processor.type",
        "the post-processor Pairs is not read"
      ),
      (TokenizerText(decoder: #"{"type":"CTC"}"#), "decoder.type", "the decoder CTC is not read"),
      (
        TokenizerText(decoder: #"{"type":"Fuse"}"#, model: #"{"type":"Lattice","vocab":[7]}"#), "model.type",
        "the model Lattice is not read"
      ),
    ]
    for (text, field, start) in expected {
      let problem = try #require(throws: TokenizerProblem.self) { try text.tokenizer() }
      #expect(self.field(of: text) == "unread \(field)")
      #expect(problem.description.hasPrefix("\(start) (\"\(field)\"); those that are: "), "\(problem)")
      #expect(!problem.description.contains("again"))
      #expect(TokenizerError.invalid(file: "tokenizer.json", problem).isOfOtherKind)
    }
  }

  @Test("What is not implemented of a kind is named")
  func unsupportedParts() {
    func expect(_ text: TokenizerText, _ field: String, sourceLocation: SourceLocation = #_sourceLocation) {
      #expect(self.field(of: text) == "unsupported \(field)", sourceLocation: sourceLocation)
    }
    expect(TokenizerText(preTokenizer: #"{"type":"Metaspace","replacement":"_"}"#), "pre_tokenizer")
    expect(TokenizerText(preTokenizer: #"{"type":"Punctuation"}"#), "pre_tokenizer")
    expect(TokenizerText(preTokenizer: #"{"type":"Punctuation","behavior":"Some"}"#), "pre_tokenizer.behavior")
    expect(
      TokenizerText(
        preTokenizer: #"""
          {"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":"\\p{Han}"},"behavior":"Isolated"}]}
          """#), "pre_tokenizer.pretokenizers[0].pattern.Regex")
    expect(TokenizerText(decoder: "null"), "pre_tokenizer")
    expect(
      TokenizerText(decoder: #"{"type":"Sequence","decoders":[{"type":"Fuse"},{"type":"ByteFallback"}]}"#),
      "decoder.decoders[1].type")
    expect(
      TokenizerText(decoder: #"{"type":"Sequence","decoders":[{"type":"Fuse"},{"type":"ByteLevel"}]}"#),
      "decoder.decoders[1]")
    expect(
      TokenizerText(
        decoder: """
          {"type":"Sequence","decoders":[{"type":"Fuse"},{"type":"Replace","pattern":{"String":"ab"},"content":""}]}
          """), "decoder.decoders[1].pattern")
    expect(TokenizerText(preTokenizer: "null", decoder: #"{"type":"ByteLevel"}"#), "pre_tokenizer")
    expect(TokenizerText(decoder: #"{"type":"Fuse"}"#), "pre_tokenizer")
    expect(TokenizerText(model: #"{"type":"Unigram","unk_id":0,"vocab":[["a",0.5]]}"#), "model.type")
    expect(TokenizerText(model: #"{"type":"WordPiece","vocab":{"[UNK]":0}}"#), "model.type")
    expect(TokenizerText(modelOptions: #""dropout":0.1,"#), "model.dropout")
    expect(TokenizerText(modelOptions: #""end_of_word_suffix":" ","#), "model.end_of_word_suffix")
  }

  @Test("A file whose tokens are characters is held to its own rules")
  func characterFiles() {
    var text = TokenizerText.characters
    #expect(field(of: text) == nil)
    text.normalizer = #"{"type":"Strip"}"#
    #expect(field(of: text) == nil)
    text.preTokenizer = #"{"type":"Metaspace","replacement":"▁","prepend_scheme":"first"}"#
    #expect(field(of: text) == "unsupported normalizer")
    text.normalizer = "null"
    text.preTokenizer = #"{"type":"Metaspace","replacement":"▁","add_prefix_space":false}"#
    #expect(field(of: text) == "pre_tokenizer.add_prefix_space")
    text = .characters
    text.model = #"{"unk_token":"<unk>","vocab":{"a":0},"merges":[]}"#
    #expect(field(of: text) == "model.unk_token")
    text.model = #"{"type":"Unigram","vocab":[["a",-1.5]]}"#
    #expect(field(of: text) == "unsupported model.unk_id")
    text.model = #"{"type":"Unigram","unk_id":1,"vocab":[["a",-1.5]]}"#
    #expect(field(of: text) == "model.unk_id")
    text.model = #"{"type":"Unigram","unk_id":0,"vocab":[["a",-1.5],["b"]]}"#
    #expect(field(of: text) == "json")
    text.model = #"{"type":"Unigram","unk_id":0,"vocab":[["a","b"]]}"#
    #expect(field(of: text) == "model.vocab[0]")
  }

  @Test("A WordPiece or WordLevel file needs what its model is made of")
  func wordFiles() {
    var text = TokenizerText.wordPieces
    #expect(field(of: text) == nil)
    let model = text.model ?? ""
    for (part, other, problem) in [
      (#""unk_token":"?","#, "", "model.unk_token"), (#""?":0"#, #""!":0"#, "model.unk_token"),
      (###""continuing_subword_prefix":"##","###, "", "model.continuing_subword_prefix"),
      (":6,", ":-6,", "model.max_input_chars_per_word"), (":6,", ":6.5,", "model.max_input_chars_per_word"),
    ] {
      text.model = model.replacing(part, with: other)
      #expect(field(of: text) == problem)
    }
    text.model = #"{"type":"WordLevel","unk_token":"?","vocab":{"a":0}}"#
    #expect(field(of: text) == "model.unk_token")
    text.model = #"{"type":"WordLevel","unk_token":"a","vocab":[["a",0]]}"#
    #expect(field(of: text) == "model.vocab")
    text = .wordPieces
    text.postProcessor = #"{"type":"BertProcessing","sep":["a",1],"cls":["b",99]}"#
    #expect(field(of: text) == "post_processor.cls")
    text.postProcessor = #"{"type":"ByteLevel","cls":["a",1],"sep":["b",2]}"#
    #expect(field(of: text) == "post_processor")
    text.postProcessor = #"{"type":"RobertaProcessing","sep":["a"],"cls":["b",2]}"#
    #expect(field(of: text) == "post_processor.sep")
  }

  @Test("A short file cannot ask for much memory")
  func growth() {
    #expect(field(of: TokenizerText(vocabulary: #","xx":4194303"#)) == "unsupported model.vocab")
    let step = #"{"type":"Replace","pattern":{"String":"a"},"content":"aaaaaaaa"}"#
    func normalizers(_ steps: [String]) -> String? {
      field(of: TokenizerText(normalizer: #"{"type":"Sequence","normalizers":[\#(steps.joined(separator: ","))]}"#))
    }
    #expect(normalizers([step, step]) == nil)
    #expect(normalizers([step, step, step]) == "unsupported normalizer.normalizers[2]")
    let prefix = #"{"type":"Prepend","prepend":"\#(String(repeating: "a", count: 7))"}"#
    #expect(normalizers([step, prefix]) == nil)
    #expect(normalizers([prefix, prefix, prefix]) == "unsupported normalizer.normalizers[2]")
    let long = String(repeating: "a", count: 1 << 16)
    #expect(normalizers([#"{"type":"Prepend","prepend":"\#(long)"}"#]) == "unsupported normalizer.normalizers[0]")
    #expect(
      normalizers([#"{"type":"Replace","pattern":{"String":"a"},"content":"\#(long)"}"#])
        == "unsupported normalizer.normalizers[0]")
    var text = TokenizerText.characters
    text.decoder = #"{"type":"Sequence","decoders":[\#([step, step, step].joined(separator: ","))]}"#
    #expect(field(of: text) == "unsupported decoder.decoders[2]")
  }

  @Test("A template must name known tokens and one text")
  func templates() {
    func field(_ single: String, ids: String = "[0]") -> String? {
      self.field(
        of: TokenizerText(
          postProcessor: """
            {"type":"TemplateProcessing","single":[\(single)],"special_tokens":{"a":{"ids":\(ids)}}}
            """))
    }
    let (token, text) = (#"{"SpecialToken":{"id":"a"}}"#, #"{"Sequence":{"id":"A"}}"#)
    #expect(field("\(token),\(text)") == nil)
    #expect(field("\(token),\(text)", ids: "[256]") == "post_processor.special_tokens.a.ids")
    #expect(field("\(token),\(text)", ids: "[99999999999]") == "post_processor.special_tokens.a.ids")
    #expect(field("\(token)") == "post_processor.single")
    #expect(field("\(text),\(text)") == "post_processor.single[1]")
    #expect(field(#"{"SpecialToken":{"id":"b"}},\#(text)"#) == "post_processor.special_tokens.b")
  }

  @Test("A file cut off anywhere is refused with the place")
  func truncation() {
    let bytes = Array(TokenizerText(model: #"{"vocab":{"a":0,"\"":1,"a\"":2},"merges":[["a","\""]]}"#).text.utf8)
    #expect(throws: Never.self) { try TokenizerFile(parsing: bytes) }
    for count in bytes.indices {
      let error = #expect(throws: TokenizerProblem.self) { try TokenizerFile(parsing: Array(bytes[..<count])) }
      guard case .json(let problem)? = error else {
        Issue.record("\(count) bytes gave \(String(describing: error))")
        continue
      }
      #expect(problem.problem == .unexpectedEnd)
    }
  }

  @Test("A mistake in merges that come before the vocabulary is placed where it is")
  func skippedMistake() {
    let bytes = Array(#"{"model":{"merges":[["a" "b"]],"vocab":{"a":0}}}"#.utf8)
    let error = #expect(throws: TokenizerProblem.self) { try TokenizerFile(parsing: bytes) }
    #expect(error?.description == "not valid JSON: unexpected '\"' at line 1, column 26")
  }

  @Test(
    "A file with any byte changed loads or is refused, and never crashes", arguments: [UInt8(0x22), 0x39, 0x5D, 0xFF])
  func damage(_ byte: UInt8) {
    let bytes = Array(TokenizerText(model: #"{"vocab":{"a":0,"b":1,"ab":2},"merges":[["a","b"],"a b"]}"#).text.utf8)
    for position in bytes.indices {
      var damaged = bytes
      damaged[position] = byte
      let tokenizer = try? Tokenizer(TokenizerFile(parsing: damaged))
      #expect(tokenizer.map { $0.encode("ab <a>").count <= 6 } ?? true)
    }
  }

  @Test("Deep nesting is refused")
  func nesting() {
    let depth = 100_000
    let steps = String(repeating: #"{"type":"Sequence","pretokenizers":["#, count: depth)
    #expect(field(of: TokenizerText(preTokenizer: steps + String(repeating: "]}", count: depth))) == "json")
    let digits = Array(repeating: #"{"type":"Digits"}"#, count: 9).joined(separator: ",")
    let sequence = #"{"type":"Sequence","pretokenizers":[\#(digits),{"type":"ByteLevel","add_prefix_space":false}]}"#
    #expect(field(of: TokenizerText(preTokenizer: sequence)) == "unsupported pre_tokenizer.pretokenizers[8]")
  }

  @Test("A member that occurs twice is refused")
  func duplicates() {
    #expect(field(of: TokenizerText(modelOptions: #""type":"BPE","type":"BPE","#)) == "type")
    #expect(field(of: TokenizerText(decoder: #"{"type":"ByteLevel"},"decoder":null"#)) == "decoder")
  }
}
