import ArgumentParser

/// What a mistyped word of a command line may have meant.
enum Suggestion {
  /// The commands of a group that are most like a word that is none of them, with the group before them; empty if none is
  /// like it, or if every word that should be a command is one.
  ///
  /// - Parameter arguments: Those of the program, without its name.
  static func commands(for arguments: [String], below root: any ParsableCommand.Type = Resident.self) -> [String] {
    var group: any ParsableCommand.Type = root
    var path: [String] = []
    for word in arguments {
      guard !word.hasPrefix("-") else { return [] }
      let commands = group.configuration.subcommands.filter { $0.configuration.shouldDisplay }
      guard !commands.isEmpty else { return [] }
      guard let next = commands.first(where: { name(of: $0) == word }) else {
        // What a default command takes is no mistyped command, unless it is nearly one.
        return nearest(to: word, among: commands.map { name(of: $0) }).map { (path + [$0]).joined(separator: " ") }
      }
      path.append(word)
      group = next
    }
    return []
  }

  /// The options of a command that are most like those of a command line that it does not have.
  ///
  /// - Parameter help: The command's help, which names every option that it has.
  static func options(for arguments: [String], in help: String) -> [String] {
    let known = Set(help.matches(of: #/--[a-z][a-z-]+/#).map { String($0.output) }).union(["--help", "--version"])
    let given = arguments.prefix { $0 != "--" }.filter { $0.hasPrefix("--") }
      .map { String($0.prefix { $0 != "=" }) }
    return given.filter { !known.contains($0) }.flatMap { nearest(to: $0, among: known.sorted()) }
  }

  /// The command that a command line begins with: the longest that there is.
  static func command(of arguments: [String], below root: any ParsableCommand.Type = Resident.self)
    -> any ParsableCommand.Type
  {
    var command: any ParsableCommand.Type = root
    for word in arguments {
      guard let next = command.configuration.subcommands.first(where: { name(of: $0) == word }) else { break }
      command = next
    }
    return command
  }

  /// The names with the fewest edits to a word, one for every three of its characters at most.
  static func nearest(to word: String, among names: [String]) -> [String] {
    let distances = names.map { ($0, distance($0, word)) }
    guard let least = distances.map(\.1).min(), least <= max(1, word.count / 3) else { return [] }
    return distances.filter { $0.1 == least }.map(\.0)
  }

  /// Levenshtein's distance: the fewest insertions, deletions and replacements of characters.
  private static func distance(_ one: String, _ other: String) -> Int {
    let other = Array(other)
    var row = Array(0...other.count)
    for (index, character) in one.enumerated() {
      var diagonal = row[0]
      row[0] = index + 1
      for (column, otherCharacter) in other.enumerated() {
        let above = row[column + 1]
        row[column + 1] = min(row[column] + 1, above + 1, diagonal + (character == otherCharacter ? 0 : 1))
        diagonal = above
      }
    }
    return row[other.count]
  }

  private static func name(of command: any ParsableCommand.Type) -> String { command.configuration.commandName ?? "" }
}
