import Foundation
import Testing

@testable import Tokenization

/// A small tokenizer of each kind, with what the reference library makes of varied text.
///
/// Made by Conformance/make-fixtures.py; the script's head carries the command.
enum Fixture: String, CaseIterable {
  case gpt2, smollm, llama3, qwen2

  struct Cases: Decodable {
    struct Encoding: Decodable {
      let text: String
      let ids: [TokenID]
    }

    struct Decoding: Decodable {
      let ids: [TokenID]
      let text: String
      /// Without special tokens.
      let plain: String
    }

    let encodings: [Encoding]
    let decodings: [Decoding]
  }

  private var folder: URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures/\(rawValue)")
  }

  func tokenizer() throws -> Tokenizer { try Tokenizer(contentsOf: folder) }

  func cases() throws -> Cases {
    try JSONDecoder().decode(Cases.self, from: Data(contentsOf: folder.appendingPathComponent("cases.json")))
  }

  func file() throws -> [UInt8] { [UInt8](try Data(contentsOf: folder.appendingPathComponent("tokenizer.json"))) }
}

/// The scalars of a text as hexadecimal numbers: comparing strings would take canonical equivalents for equal.
func scalars(_ text: String) -> String {
  text.unicodeScalars.map { String($0.value, radix: 16) }.joined(separator: " ")
}
