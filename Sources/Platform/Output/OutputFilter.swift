/// Takes out of a stream of text what its reader would obey instead of show.
///
/// A terminal obeys control characters: they can move the cursor, rewrite lines and turn the direction of text. The log of
/// a GitHub workflow obeys lines that begin with `::`, after blanks too, and `##[` anywhere. Model files, servers,
/// databases and other users' processes can hold all of these. Tabs and line feeds stay; whatever else is obeyed becomes a
/// space, and the words of a workflow command are taken apart by one.
///
/// It goes on where the text before ended, so that no cut of the stream lets anything pass.
///
/// Format: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
public struct OutputFilter: Sendable {
  private enum Place {
    /// Nothing but blanks on this line so far.
    case start
    /// One colon after them.
    case colon
    case inside
  }

  private var place = Place.start
  /// How many number signs were last, 2 at most.
  private var numberSigns = 0
  private var hasCarriageReturn = false

  public init() {}

  /// The next part of the text as it may be printed.
  public mutating func filtered(_ text: some StringProtocol) -> String {
    var output = String.UnicodeScalarView()
    for scalar in text.unicodeScalars { take(scalar, into: &output) }
    return String(output)
  }

  /// A text by itself as it may be printed.
  public static func filtered(_ text: some StringProtocol) -> String {
    var filter = OutputFilter()
    return filter.filtered(text)
  }

  private mutating func take(_ scalar: Unicode.Scalar, into output: inout String.UnicodeScalarView) {
    // Only at the end of a line does it mean nothing.
    if hasCarriageReturn {
      hasCarriageReturn = false
      if scalar != "\n" { show(" ", into: &output) }
    }
    switch scalar {
    case "\r": hasCarriageReturn = true
    case "\n":
      output.append(scalar)
      (place, numberSigns) = (.start, 0)
    case "\t": show(scalar, into: &output)
    default: show(scalar.isInvisibleOrObeyed ? " " : scalar, into: &output)
    }
  }

  private mutating func show(_ scalar: Unicode.Scalar, into output: inout String.UnicodeScalarView) {
    let completesCommand = place == .colon && scalar == ":" || numberSigns == 2 && scalar == "["
    if completesCommand { output.append(" ") }
    output.append(scalar)
    switch place {
    case .start where scalar == ":": place = .colon
    case .start where scalar.properties.isWhitespace: break
    default: place = .inside
    }
    numberSigns = scalar == "#" ? min(numberSigns + 1, 2) : 0
  }
}
