import Testing

@testable import Envelopes

/// What each rule accepts and what it doesn't; `scripts/compare-instruction-checks.py` compares with IFBench's checkers.
@Suite("Instruction checks") struct InstructionCheckTests {
  static let cases: [(InstructionCheck, kept: [String], broken: [String])] = [
    (InstructionCheck(.words, least: 2, most: 3), ["two words", "it's"], ["one", "now four words here"]),
    (InstructionCheck(.uniqueWords, least: 2), ["Tea, coffee"], ["Tea, tea tea!"]),
    (InstructionCheck(.numbers, least: 2, most: 2), ["3 and 1,000", "4.5 or 6"], ["3", "1 2 3"]),
    (InstructionCheck(.conjunctions, least: 2), ["this and that, or so"], ["and And and"]),
    (InstructionCheck(.pronouns, least: 3), ["She/her met me."], ["We met us"]),
    (InstructionCheck(.palindromes, least: 1), ["a Level."], ["noon"]),
    (InstructionCheck(.repeats, most: 2), ["to be or to be"], ["no, no! No"]),
    (InstructionCheck(.vowels, most: 1), ["Papa"], ["Papaya or so"]),
    (InstructionCheck(.lines, most: 1), ["one line\n"], ["two\nlines"]),
    (InstructionCheck(.occurrences, least: 2, most: 2, text: "tea"), ["Tea and steam"], ["tea", "tea tea tea"]),
    (InstructionCheck(.marks, least: 2, text: "!?!?"), ["!?!? a !?!? b"], ["!?!?!"]),
    (InstructionCheck(.overlap, least: 100, text: "some text"), ["some text", "me te"], ["other"]),
    (InstructionCheck(.alphabet), ["Yes, zebras are big."], ["a b d", "7 dwarfs"]),
    (InstructionCheck(.consonants), ["strong hands"], ["big hands"]),
    (InstructionCheck(.primeLengths), ["to see"], ["a fine day"]),
    (InstructionCheck(.changingInitials), ["one big cat"], ["big Bad cat"]),
    (InstructionCheck(.wordPerLine), ["one\n\ntwo.\n"], ["one two\nthree"]),
    (InstructionCheck(.sameEnds), ["No way no.\n\nyes"], ["no way"]),
    (InstructionCheck(.options, words: ["yes", "no"]), ["Yes.", "no"], ["yes, no", "perhaps"]),
    (InstructionCheck(.exactOptions, words: ["a)", "b)"]), ["a)"], ["A)", "a"]),
  ]

  @Test("Each rule keeps to its words", arguments: cases.indices) func rule(_ index: Int) {
    let (check, kept, broken) = Self.cases[index]
    for text in kept { #expect(check.passes(text), "\(check.rule) of \(text)") }
    for text in broken + ["", " \n"] { #expect(!check.passes(text), "\(check.rule) of \(text)") }
  }

  @Test("Every rule has a case") func complete() {
    #expect(Set(Self.cases.map(\.0.rule)) == Set(InstructionCheck.Rule.allCases))
  }
}
