import Testing
@testable import Envelopes

