extension Tokenizer {
  /// The ids of a text's tokens.
  ///
  /// Added tokens, special or not, are recognised wherever the text spells them out.
  ///
  /// - Parameter addSpecialTokens: Whether to add what the post-processor puts around a text, such as the token that
  ///   begins a sequence.
  /// - Complexity: O(*n* log *n*) in the text's bytes; O(*n*) where no word is long.
  public func encode(_ text: String, addSpecialTokens: Bool = true) -> [TokenID] {
    var ids = addSpecialTokens ? frame.prefix : []
    var text = text
    text.withUTF8 { bytes in
      var encoder = WordEncoder(model: model, byteCount: bytes.count)
      addedTokens.verbatim.forEachPiece(of: UTF8Text(bytes)) { piece in
        switch piece {
        case .token(let id): ids.append(id)
        case .text(let range): encode(UTF8Text(bytes), range, with: &encoder, into: &ids)
        }
      }
    }
    if addSpecialTokens { ids += frame.suffix }
    return ids
  }

  private func encode(_ text: UTF8Text, _ range: Range<Int>, with encoder: inout WordEncoder, into ids: inout [TokenID])
  {
    guard var rewritten = normalizer.rewriting(text[range]) else {
      return encode(normalized: text, range, with: &encoder, into: &ids)
    }
    encoder.forgetWords()
    rewritten.withUTF8 {
      encode(normalized: UTF8Text($0), 0..<$0.count, with: &encoder, into: &ids)
    }
    encoder.forgetWords()
  }

  private func encode(
    normalized text: UTF8Text, _ range: Range<Int>, with encoder: inout WordEncoder, into ids: inout [TokenID]
  ) {
    addedTokens.normalized.forEachPiece(of: text[range]) { piece in
      switch piece {
      case .token(let id): ids.append(id)
      case .text(let inner):
        let offset = range.lowerBound
        preTokenizer.forEachWord(in: text, inner.lowerBound + offset..<inner.upperBound + offset) { word in
          encoder.append(word, of: text, to: &ids)
        }
      }
    }
  }
}
