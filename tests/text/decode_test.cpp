#include "roformer/text/wordpiece_tokenizer.h"

#include <gtest/gtest.h>

namespace roformer::text {
namespace {

std::string joined(const std::vector<const char*>& tokens, const TokenizerConfig& config,
                   CleanUp clean_up) {
  std::string text;
  for (const char* token : tokens)
    append_token(token, token == tokens.front(), config, clean_up, text);
  return text;
}

// Expected values: tokenizers' decoders.WordPiece.
TEST(Decode, PiecesJoinAndPunctuationTouches) {
  const TokenizerConfig config;
  const std::vector<const char*> tokens = {"##un", "##able", "don", "'", "t", ",", "x", "do not"};
  EXPECT_EQ(joined(tokens, config, CleanUp::punctuation), "##unable don ' t, x don't");
  EXPECT_EQ(joined(tokens, config, CleanUp::none), "##unable don ' t , x do not");
}

TEST(Decode, AnotherPrefixOrNone) {
  TokenizerConfig config;
  config.decoder_prefix = "@";
  EXPECT_EQ(joined({"a", "@b", "##c"}, config, CleanUp::none), "ab ##c");
  config.decoder_joins = false;
  EXPECT_EQ(joined({"a", "@b", "."}, config, CleanUp::punctuation), "a @b .");
}

// transformers' clean_up_tokenization.
TEST(Decode, SpacesOfContractions) {
  EXPECT_EQ(clean_up_spaces("i do n't know , it 's we 've they 're i 'm ."),
            "i don't know, it's we've they're i'm.");
  EXPECT_EQ(clean_up_spaces("a ' b ! ?"), "a'b!?");
  EXPECT_EQ(clean_up_spaces(""), "");
}

}  // namespace
}  // namespace roformer::text
