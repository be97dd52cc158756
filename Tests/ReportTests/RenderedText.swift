import Foundation
import JSON

/// A page as a browser reads it.
struct RenderedPage {
  private let html: String

  init(_ html: String) { self.html = html }

  /// The texts of the cells of each row that is no heading, table by table.
  var rows: [[String]] { elements("tr").map { Self.elements("td", in: $0).map(Self.text) }.filter { !$0.isEmpty } }

  var heading: String? { elements("h1").first.map(Self.text) }

  /// What is read as text, the whole page through.
  var text: String { Self.elements("body", in: html).map(Self.text).joined() }

  /// The addresses of all links.
  var links: [String] { html.matches(of: #/<a href="([^"]*)"/#).map { String($0.1) } }

  /// The attributes of each script element.
  var scripts: [String] { html.matches(of: #/<script\b([^>]*)>/#.ignoresCase()).map { String($0.1) } }

  /// The data for the charts; nil if there are none.
  var facts: JSONValue? {
    get throws {
      let data = html.firstMatch(of: #/<script type="application/json" id="facts">(.*?)</script>/#.dotMatchesNewlines())
      return try data.map { try JSONValue(parsing: String($0.1)) }
    }
  }

  private func elements(_ name: String) -> [String] { Self.elements(name, in: html) }

  /// The content of each element of a name, which must not be nested.
  private static func elements(_ name: String, in html: String) -> [String] {
    html.components(separatedBy: "<\(name)").dropFirst().compactMap { part in
      guard let start = part.firstIndex(of: ">"), part[..<start].allSatisfy({ $0 != "<" }) else { return nil }
      return part[part.index(after: start)...].components(separatedBy: "</\(name)>").first
    }
  }

  private static func text(_ html: String) -> String {
    html.replacing(#/<[^>]*>/#, with: "").decodingEntities.trimmingCharacters(in: .whitespacesAndNewlines)
  }
}

/// The standings as a Markdown reader sees them.
struct RenderedRankings {
  /// The cells of each row of the table.
  let rows: [[String]]
  let notes: [String]

  init(_ markdown: String) {
    let lines = markdown.split(separator: "\n")
    rows = lines.filter { $0.hasPrefix("| ") }.dropFirst(2).map { line in
      line.dropFirst(2).dropLast(2).components(separatedBy: " | ").map(\.decodingEntities)
    }
    notes = lines.filter { $0.hasPrefix("[^") }.map { String($0).decodingEntities }
  }
}

extension String {
  fileprivate var decodingEntities: String {
    replacing(#/&#(\d+);/#) { match in
      UInt32(match.1).flatMap(Unicode.Scalar.init).map { String(Character($0)) } ?? ""
    }
  }
}
