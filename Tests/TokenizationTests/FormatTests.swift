import Testing

@testable import Tokenization

@Suite("What a tokenizer.json may say")
struct FormatTests {
  @Test("Every byte has one character, and the characters are 256")
  func alphabet() {
    #expect(Set(TokenizerText.alphabet).count == 256)
    #expect(TokenizerText.alphabet[0x20] == "Ġ" && TokenizerText.alphabet[0x0A] == "Ċ")
    #expect(TokenizerText.alphabet[0xAD] == "\u{143}" && TokenizerText.alphabet[0xA0] == "\u{142}")
  }

  @Test("Merges may be lines or pairs, before or after the vocabulary")
  func mergeForms() throws {
    let vocabulary = #","ab":256,"abĠ":257"#
    for merges in [
      #"["a b","ab Ġ"]"#, ##"["#version: 0.2","a b","ab Ġ"]"##, #"[["a","b"],["ab","Ġ"]]"#,
      #"["\u0061 b",["ab","\u0120"]]"#,
    ] {
      #expect(try TokenizerText(vocabulary: vocabulary, merges: merges).tokenizer().encode("ab") == [256])
      let first = TokenizerText(modelOptions: "\"merges\":\(merges),", vocabulary: vocabulary).text
        .replacing(#","merges":[]"#, with: "")
      let tokenizer = try Tokenizer(TokenizerFile(parsing: Array(first.utf8)))
      #expect(tokenizer.encode("ab ab") == [256, 0x20, 256])
    }
  }

  @Test("With ignore_merges a word that is a token needs no merge")
  func ignoredMerges() throws {
    var text = TokenizerText(vocabulary: #","Ġab":256"#)
    #expect(try text.tokenizer().encode("a ab") == [0x61, 0x20, 0x61, 0x62])
    text.modelOptions = #""type":"BPE","ignore_merges":true,"#
    #expect(try text.tokenizer().encode("a ab") == [0x61, 256])
  }

  @Test("Unknown bytes are dropped, or become the unknown token, one per byte or one per run")
  func unknownBytes() throws {
    func ids(_ options: String) throws -> [TokenID] {
      let model = #"{"# + options + #""vocab":{"a":0,"b":1,"ab":2,"?":3},"merges":["a b"]}"#
      return try TokenizerText(model: model).tokenizer().encode("axbaxyb")
    }
    #expect(try ids("") == [2, 2])
    #expect(try ids(#""unk_token":"?","#) == [0, 3, 1, 0, 3, 3, 1])
    #expect(try ids(#""unk_token":"?","fuse_unk":true,"#) == [0, 3, 1, 0, 3, 1])
  }

  /// From the reference library on the same file.
  @Test("Characters that are not tokens become their bytes, or the unknown token, one per character or one per run")
  func unknownCharacters() throws {
    func ids(_ options: String, _ bytes: String = "") throws -> [TokenID] {
      var text = TokenizerText.characters
      text.model = #"{"unk_token":"?",\#(options)"vocab":{"?":0,"a":1,"b":2,"ab":3\#(bytes)},"merges":["a b"]}"#
      return try text.tokenizer().encode("éxab✓")
    }
    let bytes = #","<0xC3>":4,"<0xA9>":5,"<0x78>":6"#
    #expect(try ids("") == [0, 0, 3, 0])
    #expect(try ids(#""fuse_unk":true,"#) == [0, 3, 0])
    #expect(try ids(#""byte_fallback":true,"#, bytes) == [4, 5, 6, 3, 0])
    // An unknown character comes after the bytes that follow it.
    #expect(try ids(#""byte_fallback":true,"#, #","<0x78>":4"#) == [4, 0, 3, 0])
  }

  @Test("A decoder may come after the model, and an added token may be one of the vocabulary's")
  func order() throws {
    let text = TokenizerText.characters.text
    let (decoder, model) = (#""decoder":{"type":"Fuse"},"#, #""version":"1.0","#)
    let moved = text.replacing(decoder, with: "").replacing(model, with: "").dropLast() + ",\(decoder.dropLast())}"
    #expect(try Tokenizer(TokenizerFile(parsing: Array(moved.utf8))).encode("ab▁") == [3, 4])
    var added = TokenizerText.characters
    added.normalizer = #"{"type":"Prepend","prepend":"▁"}"#
    added.addedTokens = #"[{"id":1,"content":"a","normalized":true,"single_word":true}]"#
    // The token decodes as it is normalized, and is still what a word begins with.
    #expect(try added.tokenizer().encode("bab") == [4, 2, 3])
    #expect(try added.tokenizer().decode([1]) == "▁a")
  }

  @Test("A template's tokens surround the text, unless the caller omits them")
  func template() throws {
    let tokenizer = try Fixture.llama3.tokenizer()
    #expect(tokenizer.encode("hello") == [1300, 328, 75, 672])
    #expect(tokenizer.encode("hello", addSpecialTokens: false) == [328, 75, 672])
    #expect(tokenizer.encode("") == [1300])
    #expect(tokenizer.isSpecial(1300) && !tokenizer.isSpecial(328))
    #expect(tokenizer.tokenID(of: "<|begin_of_text|>") == 1300)
    #expect(tokenizer.vocabularySize == 1304)
    let suffixed = TokenizerText(
      postProcessor: """
        {"type":"TemplateProcessing","single":[{"Sequence":{"id":"A","type_id":0}},
        {"SpecialToken":{"id":"$","type_id":0}}],"special_tokens":{"$":{"id":"$","ids":[36],"tokens":["$"]}}}
        """)
    #expect(try suffixed.tokenizer().encode("a") == [0x61, 36])
  }

  @Test("Tokens that are canonically equivalent are different tokens")
  func equivalentTokens() throws {
    // "Å" twice: as the bytes C3 85 (U+00C5) spelled Ã and U+0127, and with U+212B, outside the byte alphabet.
    let text = TokenizerText(vocabulary: ",\"\u{C5}x\":256,\"\u{212B}x\":257,\"A\u{30A}x\":258")
    let tokenizer = try text.tokenizer()
    #expect(tokenizer.tokenID(of: "\u{C5}x") == 256)
    #expect(tokenizer.tokenID(of: "\u{212B}x") == 257)
    #expect(tokenizer.tokenID(of: "A\u{30A}x") == 258)
    #expect(tokenizer.bytes(of: 257) == Array("\u{212B}x".utf8))
  }
}
