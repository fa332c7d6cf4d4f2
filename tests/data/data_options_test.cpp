#include "roformer/data/data_options.h"

#include <gtest/gtest.h>

#include "roformer/base/file.h"
#include "tests/base/test_files.h"

namespace roformer::data {
namespace {

DataOptions options_of(const std::string& text) {
  return read_data_options(base::TomlTable::parse("[data]\n" + text, "r.toml").table("data"));
}

TEST(DataOptionsTest, Defaults) {
  const auto options = options_of("");
  EXPECT_EQ(options.text, std::vector<std::string>{"apt"});
  EXPECT_EQ(options.document, documents::DocumentRule::block);
  EXPECT_DOUBLE_EQ(options.validation_share, 0.15);
  EXPECT_DOUBLE_EQ(options.test_share, 0.05);
  EXPECT_DOUBLE_EQ(options.share_of(Split::training), 0);
  EXPECT_DOUBLE_EQ(options.masking.share, 0.15);
  EXPECT_EQ(options.cache, base::default_cache_folder());
}

TEST(DataOptionsTest, Values) {
  const auto options = options_of(
      "text = ['a', 'b']\ndocument = 'file'\nmax_documents = 5\nvocabulary = 'v'\nvocab_size = "
      "300\nlower_case = false\n"
      "validation_share = 0.5\nsplit_seed = 9\ncache = '/c'\nmask_share = 0.3\nmask_token_share = "
      "0.5\n"
      "random_token_share = 0.5\nblock_size = 0");
  EXPECT_EQ(options.text, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(options.document, documents::DocumentRule::file);
  EXPECT_EQ(options.max_documents, 5);
  EXPECT_EQ(options.vocab_size, 300);
  EXPECT_FALSE(options.lower_case);
  EXPECT_EQ(options.split_seed, 9u);
  EXPECT_EQ(options.cache, "/c");
  EXPECT_DOUBLE_EQ(options.masking.random_share, 0.5);
  EXPECT_EQ(options.block_size, 0);
}

TEST(DataOptionsTest, BadValuesNameTheirKey) {
  for (const auto& [text, key] :
       {std::pair{"validation_share = 1.0", "validation_share"},
        std::pair{"mask_share = -0.1", "mask_share"},
        std::pair{"random_token_share = 0.3", "random_token_share"},
        std::pair{"vocab_size = 3", "vocab_size"}, std::pair{"block_size = -1", "block_size"},
        std::pair{"document = 'book'", "book"}, std::pair{"document = 'pair'", "data.segments = 2"},
        std::pair{"mask_unit = 'line'", "jieba"}, std::pair{"text = []", "text"},
        std::pair{"vocab_sise = 300", "vocab_size"}, std::pair{"test_share = 0.5", "test_share"},
        std::pair{"test_text = 'a'\ntest_share = 0.1", "not both"},
        std::pair{"validation_text = 'a'\nvalidation_share = 0.1", "not both"},
        std::pair{"validation_share = 0.7\ntest_share = 0.3", "to leave a share to learn from"}}) {
    const auto message = tests::error_message([&, text = text] { options_of(text); });
    EXPECT_TRUE(tests::has_text(message, key)) << message;
  }
}

TEST(DataOptionsTest, FilesOfAPartTakeThePlaceOfItsShare) {
  const auto options = options_of("validation_text = 'v'\ntest_text = ['t', 'u']");
  EXPECT_EQ(options.files_of(Split::validation), std::vector<std::string>{"v"});
  EXPECT_EQ(options.files_of(Split::test), (std::vector<std::string>{"t", "u"}));
  EXPECT_EQ(options.files_of(Split::training), options.text);
  EXPECT_EQ(options.share_of(Split::validation), 0);
  EXPECT_EQ(options.share_of(Split::test), 0);
}

TEST(DataOptionsTest, Bytes) {
  const auto read = [](const std::string& text, DataUse use) {
    return read_data_options(base::TomlTable::parse("[data]\n" + text, "r.toml").table("data"),
                             use);
  };
  const auto options = read("vocabulary = 'bytes'", DataUse::causal_language);
  EXPECT_TRUE(options.is_bytes());
  EXPECT_DOUBLE_EQ(options.validation_share, 0.05);
  EXPECT_DOUBLE_EQ(options.test_share, 0.05);
  const std::pair<std::string, DataUse> refused[] = {
      {"vocabulary = 'bytes'", DataUse::masked_language},
      {"vocabulary = 'bytes'\ndocument = 'block'", DataUse::causal_language},
      {"vocabulary = 'bytes'\nsplit = 'documents'", DataUse::causal_language},
      {"vocabulary = 'bytes'\ntest_share = 0.5", DataUse::causal_language},
      {"split = 'ranges'", DataUse::causal_language},
      {"mask_share = 0.15", DataUse::causal_language}};
  for (const auto& [text, use] : refused) {
    const auto message = tests::error_message([&, text = text, use = use] { read(text, use); });
    const auto last = text.find('\n') == std::string::npos ? 0 : text.find('\n') + 1;
    EXPECT_TRUE(tests::has_text(message, text.substr(last, text.find(' ', last) - last)))
        << text << ": " << message;
  }
}

}  // namespace
}  // namespace roformer::data
