/// How a word becomes tokens.
enum WordModel: Sendable {
  case bytePairs(BytePairModel)
  case unigram(UnigramModel)
  case wordPieces(WordPieceModel)
  case words(WordLevelModel)
}
