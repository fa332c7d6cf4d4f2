// Continuations of lines against the generator called by hand.
#include "roformer/pipeline/generate.h"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <limits>

#include "roformer/base/random.h"
#include "roformer/generate/generator.h"
#include "tests/checkpoint/expect_error.h"
#include "tests/pipeline/small_checkpoint.h"

namespace roformer::pipeline {
namespace {

const std::vector<std::string> kPrompts{"the cat", "", "a dog ran on the mat", "sat"};

// A causal model with the vocabulary of SmallCheckpoint.
struct SmallWriter {
  explicit SmallWriter(const std::string& type = "roformer") : checkpoint(type) {
    model::EncoderConfig config = checkpoint.config();
    config.is_decoder = true;
    config.initializer_range = 0.3;
    torch::manual_seed(3);
    model = head::LanguageModel(config);
    model->eval();
    options.max_new_tokens = 6;
    options.seed = 9;
    options.name = "MODEL";
  }
  std::vector<Continuation> write(const std::vector<std::string>& lines,
                                  std::int64_t first = 1) const {
    return Generate(model.ptr(), checkpoint.tokenizer(), options)({lines, first});
  }

  SmallCheckpoint checkpoint;
  head::LanguageModel model{nullptr};
  GenerateOptions options;
};

TEST(Generate, WritesWhatTheGeneratorDrawsForEachLine) {
  SmallWriter small;
  const auto answers = small.write(kPrompts, 5);
  ASSERT_EQ(answers.size(), kPrompts.size());
  for (std::size_t line = 0; line < kPrompts.size(); ++line) {
    std::vector<std::int32_t> words;
    small.checkpoint.tokenizer().encode_words(kPrompts[line], words);
    if (words.empty()) words = {3};  // [SEP], behind which a text begins
    generate::Prompt prompt;
    prompt.ids.assign(words.begin(), words.end());
    prompt.seed = base::derive(9, 5 + line);
    generate::GenerationOptions settings;
    settings.max_new_tokens = 6;
    settings.num_words = 16;
    settings.end_tokens = {3};
    const auto expected = generate::generate(*small.model, {prompt}, settings).front();
    EXPECT_EQ(answers[line].ids, expected.ids) << line;
    EXPECT_EQ(answers[line].tokens.size(), expected.ids.size());
    EXPECT_EQ(answers[line].finish, expected.ids.back() == 3 ? "end" : "length");
  }
}

TEST(Generate, BatchesDoNotShowAndPiecesJoinToTheText) {
  SmallWriter small;
  const auto together = small.write(kPrompts);
  small.options.lines_at_once = 2;
  std::vector<std::string> heard(kPrompts.size());
  std::vector<int> ended(kPrompts.size(), 0);
  const Generate generate(small.model.ptr(), small.checkpoint.tokenizer(), small.options);
  const auto apart =
      generate({kPrompts, 1}, [&](std::size_t line, std::string_view piece, bool last) {
        heard[line] += piece;
        ended[line] += last;
      });
  for (std::size_t line = 0; line < kPrompts.size(); ++line) {
    EXPECT_EQ(apart[line].ids, together[line].ids);
    EXPECT_EQ(heard[line], apart[line].text);
    EXPECT_EQ(ended[line], 1);
  }
}

TEST(Generate, DamageIsNamedByLine) {
  for (const float number :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    SmallWriter small("bert");
    {
      const torch::NoGradGuard no_grad;
      small.model->encoder()->named_parameters()["embeddings.position_embeddings.weight"][4][0] =
          number;
    }
    small.options.max_new_tokens = 1;
    EXPECT_EQ(small.write({"the cat"}).size(), 1u);
    checkpoint::expect_error({"line 8", "finite logits", "nan", "damaged"}, [&] {
      small.write({"the cat", "the cat sat on a mat"}, 7);
    });
  }
}

TEST(Generate, RefusesWhatDoesNotFit) {
  SmallWriter small("bert");
  small.options.max_new_tokens = 14;
  EXPECT_EQ(small.write({"the cat sat"}).size(), 1u);
  checkpoint::expect_error({"line 2", "16 positions"}, [&] {
    small.write({"a", "the cat sat on"});
  });
  small.options.first_token = "[NONE]";
  checkpoint::expect_error({"[NONE]"}, [&] { small.write({"a"}); });
  small.options.max_new_tokens = 0;
  checkpoint::expect_error({"at least 1 new token"}, [&] { small.write({"a"}); });
  checkpoint::expect_error({"expected a causal language model"},
                           [&] { open_generate(small.checkpoint.folder()); });
}

}  // namespace
}  // namespace roformer::pipeline
