import Foundation
import JSON

/// The King James Bible, verse by verse, as texts and as items.
struct KingJames {
  private struct Verse {
    let book: String
    let words: [Substring]
    var text: String { words.joined(separator: " ") }

    /// The first half and the second.
    var halves: (head: String, end: String) {
      let middle = words.count / 2
      return (words[..<middle].joined(separator: " "), words[middle...].joined(separator: " "))
    }
  }

  /// Passages end with the verse that reaches this number of bytes: a few hundred tokens.
  private static let passageLength = 1500
  private static let wordsOfAnItem = 12...40

  private let verses: [Verse]

  init(_ rows: [DataRow]) throws(TaskImportError) {
    var verses: [Verse] = []
    for row in rows {
      verses.append(
        Verse(
          book: try row.member("book", \.string),
          words: try row.member("text", \.string).split(whereSeparator: \.isWhitespace)))
    }
    self.verses = verses
  }

  /// The beginning of every book, as items for perplexity.
  func passages() -> [JSONValue] {
    let books = verses.map(\.book).reduce(into: [String]()) { if $0.last != $1 { $0.append($1) } }
    return books.enumerated().map { index, book in
      var text = ""
      for verse in verses where verse.book == book && text.utf8.count < Self.passageLength {
        text += (text.isEmpty ? "" : " ") + verse.text
      }
      return ["id": .string(String(format: "book-%02d", index + 1)), "prompt": .string(text)]
    }
  }

  /// At most `count` verses cut in half, each with its own end and those of the next three that were drawn.
  ///
  /// Verses are taken at equal distances through all books, so that the items depend on their number alone.
  func endings(_ count: Int) -> [JSONValue] {
    let long = verses.filter { Self.wordsOfAnItem.contains($0.words.count) }
    let number = min(max(count, 0), long.count)
    guard number >= 4 else { return [] }
    let drawn = (0..<number).map { long[$0 * long.count / number].halves }
    return drawn.indices.map { index in
      var options: [String] = []
      var next = index
      while options.count < 4, next < index + number {
        let end = drawn[next % number].end
        if !options.contains(end) { options.append(end) }
        next += 1
      }
      let place = index % options.count
      options.swapAt(0, place)
      return [
        "id": .string(String(format: "verse-%05d", index + 1)), "prompt": .string(drawn[index].head),
        "options": .array(options.map { .string($0) }), "answer": .integer(place),
      ]
    }
  }
}
