import Testing

@testable import resident

@Suite("Progress of a session")
struct ProgressDisplayTests {
  @Test("A challenge is said unless it is a resident's first, with what it adds to or why it adds nothing")
  func challenges() {
    #expect(ProgressDisplay.challenge(1, .new) == nil)
    #expect(ProgressDisplay.challenge(3, .new) == "challenge 3 of this resident")
    #expect(
      ProgressDisplay.challenge(1, .added(earlier: 2))
        == "challenge 1 of this resident, with the rounds of 2 earlier comparisons")
    #expect(
      ProgressDisplay.challenge(4, .instead(of: 2, .refused))
        == "challenge 4 of this resident: nothing is added to challenge 2 of these models, which was refused")
  }
}
