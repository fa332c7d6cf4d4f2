// tests of translating lines: what empty and over-long lines, prefixes, ensembles and other folders
// give.
#include "roformer/pipeline/translate.h"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <filesystem>

#include "roformer/checkpoint/translation_folder.h"
#include "roformer/text/subword_table.h"
#include "tests/checkpoint/expect_error.h"
#include "tests/checkpoint/temporary_folder.h"
#include "tests/pipeline/small_checkpoint.h"
#include "tests/pipeline/small_translator.h"
#include "tests/text/small_sentencepiece.h"

namespace roformer::pipeline {
namespace {

using Texts = std::vector<std::string>;

TranslateOptions short_options() {
  TranslateOptions options;
  options.search.max_length = 8;
  return options;
}

TEST(Translate, OneAnswerALine) {
  const SmallTranslator small("lines");
  auto options = short_options();
  options.want_attention = true;
  options.search.n_best = 3;
  const auto translate = open_translate({small.folder()}, options);
  const Texts lines = {"the small dog", "", "der grüne Hund läuft über das Feld", " \t ",
                       "dog \xFF"};
  const auto answers = translate({lines, 1});
  ASSERT_EQ(answers.size(), lines.size());
  for (const std::size_t i : {0, 2, 4}) {
    ASSERT_EQ(answers[i].hypotheses.size(), 3u);
    const auto& best = answers[i].hypotheses[0];
    EXPECT_FALSE(best.tokens.empty());
    EXPECT_LT(best.score, 0);
    EXPECT_EQ(answers[i].source_tokens.back(), "</s>");
    ASSERT_EQ(answers[i].attention.size(), best.tokens.size() + 1);
    for (const auto& row : answers[i].attention)
      EXPECT_EQ(row.size(), answers[i].source_tokens.size());
    const Texts alone = {lines[i]};
    EXPECT_EQ(translate({alone, 1})[0].hypotheses[0].text, best.text);
  }
  for (const std::size_t i : {1, 3}) {
    ASSERT_EQ(answers[i].hypotheses.size(), 1u);
    EXPECT_EQ(answers[i].hypotheses[0].text, "");
    EXPECT_TRUE(answers[i].source_tokens.empty());
    EXPECT_TRUE(answers[i].attention.empty());
  }
  EXPECT_TRUE(translate({}).empty());
}

TEST(Translate, StrongestIsTheLargestOfEachRow) {
  EXPECT_EQ(strongest({{0.1f, 0.7f, 0.2f}, {0.5f, 0.5f, 0.0f}}), (std::vector<std::int64_t>{1, 0}));
  EXPECT_TRUE(strongest({}).empty());
}

TEST(Translate, PrefixesBeginTheTranslations) {
  const SmallTranslator small("prefix");
  const auto translate = open_translate({small.folder()}, short_options());
  const Texts lines = {"the small dog", "", "the dog"}, prefixes = {"der Hund", "der", ""};
  const auto answers = translate({lines, 1}, prefixes);
  EXPECT_TRUE(answers[0].hypotheses[0].text.starts_with("der Hund"))
      << answers[0].hypotheses[0].text;
  EXPECT_EQ(answers[1].hypotheses[0].text, "");
  const Texts last = {lines[2]};
  EXPECT_EQ(answers[2].hypotheses[0].text, translate({last, 1})[0].hypotheses[0].text);
  const Texts one = {"der"}, much = {"", "", "der kleine Hund 0 1 2 3 4 5 6 7 8 9"};
  EXPECT_THROW(translate({lines, 1}, one), Error);
  checkpoint::expect_error({"line 9", "prefix", "raise max_length"}, [&] {
    translate({lines, 7}, much);
  });
  const Texts ending = {"", "", "der</s>"};
  checkpoint::expect_error({"line 9", "end token"}, [&] { translate({lines, 7}, ending); });
}

TEST(Translate, LongLinesAreNamed) {
  const SmallTranslator table("table", "learned"), free("free");
  std::string line = "the small dog";
  for (int i = 0; i < 3; ++i) line += " 0 1 2 3 4 5 6 7 8 9";
  const Texts lines = {"dog", line};
  auto options = short_options();
  const auto by_table = open_translate({table.folder()}, options);
  checkpoint::expect_error({"line 5", "24", "split"}, [&] { by_table({lines, 4}); });
  EXPECT_EQ(open_translate({free.folder()}, options)({lines, 4}).size(), 2u);
  options.max_source_length = 10;
  const auto limited = open_translate({free.folder()}, options);
  checkpoint::expect_error({"line 5", "10", "--max-source-length"}, [&] { limited({lines, 4}); });
}

TEST(Translate, ModelsOfOneVocabularyTranslateTogether) {
  const SmallTranslator first("first"), second("second", "rotary", 100, 6),
      other("other", "rotary", 90);
  const Texts lines = {"the small dog runs"};
  const auto options = short_options();
  const auto text = [&](const std::vector<std::filesystem::path>& folders) {
    return open_translate(folders, options)({lines, 1})[0].hypotheses[0];
  };
  EXPECT_EQ(text({first.folder(), first.folder()}).text, text({first.folder()}).text);
  EXPECT_NE(text({first.folder(), second.folder()}).score, text({first.folder()}).score);
  checkpoint::expect_error({"share their tokenizer"}, [&] {
    text({first.folder(), other.folder()});
  });
}

TEST(Translate, OtherFoldersAreRefused) {
  const SmallCheckpoint encoder("roformer");
  checkpoint::expect_error({"expected an encoder-decoder", "roformer generate"},
                           [&] { open_translate({encoder.folder()}); });
  checkpoint::expect_error({"got none"},
                           [&] { open_translate(std::vector<std::filesystem::path>()); });
  checkpoint::expect_error({"/no/such/folder", "nothing of that name"},
                           [] { open_translate({"/no/such/folder"}); });
  const SmallTranslator small("without");
  const auto expect = [&](std::initializer_list<const char*> words) {
    checkpoint::expect_error(words, [&] { open_translate({small.folder()}); });
  };
  std::filesystem::remove(small.folder() / "target.spm");
  expect({"found no target.spm"});
  std::filesystem::remove(small.folder() / "vocab.json");
  expect({"no target.spm and no vocab.json"});
  const auto config = small.folder() / "config.json";
  checkpoint::expect_error({"config.json", "it is a file"}, [&] { open_translate({config}); });
  for (const auto& [text, word] :
       {std::pair{R"({"model_type": "t5"})", "got \"t5\": other families"},
        std::pair{R"({"model_type": "bert"})", "roformer embed"},
        std::pair{R"({"model_type": 3})", "got 3"}, std::pair{"{}", "no model_type"},
        std::pair{"[]", "no model_type"}}) {
    base::write_file_atomically(config, text);
    expect({"config.json", "expected an encoder-decoder", word});
  }
  std::filesystem::remove(config);
  expect({"it has no config.json"});
  std::filesystem::create_directory(small.folder() / "training");
  expect({"saved no model yet"});
}

}  // namespace
}  // namespace roformer::pipeline
