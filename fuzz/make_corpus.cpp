// The inputs that fuzzing begins with, one folder a target: small files of each format as our own
// writers make them. Usage: make_corpus FOLDER SOURCE_FOLDER
#include <fmt/format.h>

#include <filesystem>

#include "roformer/base/file.h"
#include "roformer/checkpoint/config_file.h"
#include "roformer/checkpoint/marian_config.h"
#include "roformer/format/leveldb_table.h"
#include "roformer/format/pickle_writer.h"
#include "roformer/format/safetensors_header.h"
#include "roformer/format/tensorflow_index.h"
#include "roformer/text/wordpiece_tokenizer.h"

namespace {

namespace fs = std::filesystem;
using namespace roformer;

class Corpus {
 public:
  explicit Corpus(fs::path folder) : folder_(std::move(folder)) {}

  void add(const std::string& target, std::string_view content) {
    const fs::path folder = folder_ / target;
    fs::create_directories(folder);
    base::write_file_atomically(folder / fmt::format("seed-{}", number_++), content);
  }

 private:
  fs::path folder_;
  int number_ = 0;
};

void add_safetensors(Corpus& corpus) {
  corpus.add("safetensors", format::format_safetensors_header({}, {}));
  const std::vector<format::TensorEntry> tensors = {{"a.weight", format::Dtype::f32, {2, 3}, 0, 24},
                                                    {"b", format::Dtype::i64, {}, 24, 32},
                                                    {"empty", format::Dtype::f16, {0, 5}, 32, 32}};
  corpus.add("safetensors", format::format_safetensors_header(tensors, {{"format", "pt"}}) +
                                std::string(32, '\0'));
}

void add_pickles(Corpus& corpus) {
  using Container = format::PickleContainer;
  const std::vector<format::PickledTensor> tensors = {{"a.weight", "0", format::Dtype::f32, {2, 3}},
                                                      {"b", "1", format::Dtype::i64, {}}};
  corpus.add("pickle", format::pickle_state(tensors, Container::zip));
  const std::string legacy = format::pickle_state(tensors, Container::legacy);
  corpus.add("pickle", legacy);
  corpus.add("pickle", format::legacy_preamble() + legacy + format::pickle_texts({"0", "1"}) +
                           std::string(48, '\0'));
  corpus.add("pickle", "cos\nsystem\n(S'true'\ntR.");
}

void add_tables(Corpus& corpus) {
  corpus.add("leveldb", format::format_leveldb_table({}));
  corpus.add("leveldb", format::format_leveldb_table({{"a", "1"}, {"a/b", ""}, {"b", "three"}}));
  format::TensorFlowIndex index;
  index.shards = 2;
  index.tensors = {{"bert/kernel", {format::Dtype::f32, {2, 3}, 0, 0, 24, 1}},
                   {"bert/bias", {format::Dtype::bf16, {5}, 1, 16, 26, 2}},
                   {"step", {format::Dtype::i64, {}, 1, 0, 8, 3}}};
  const std::string bytes = format::format_tensorflow_index(index);
  corpus.add("leveldb", bytes);
  corpus.add("tensorflow_index", bytes);
}

void add_configs(Corpus& corpus) {
  for (const char* type : {"roformer", "bert"}) {
    checkpoint::CheckpointConfig config;
    config.encoder.model_type = type;
    config.head.labels = {"no", "yes"};
    corpus.add("config", checkpoint::format_config(config));
  }
  corpus.add("config", R"({"model_type": "roformer", "architectures": ["RoFormerForMaskedLM"]})");
}

void add_marian_configs(Corpus& corpus) {
  for (const char* encoding : {"sinusoidal", "rotary", "t5"}) {
    model::EncoderConfig side = model::translation_preset("transformer-tiny");
    side.vocab_size = 100;
    side.pad_token_id = 99;
    side.encoding.name = encoding;
    corpus.add("marian_config",
               checkpoint::format_translation_config({model::both_sides(side), {}}));
  }
  corpus.add("marian_config", R"({"model_type": "marian", "d_model": 8, "encoder_layers": 1})");
}

void add_subword_codes(Corpus& corpus) {
  const std::string zero(1, '\0');
  corpus.add("subword_codes", "#version: 0.2\nl o\nlo w\ne r</w>\nlow er</w>\n" + zero +
                                  "low@@ 5\ner 3\nx 1\n" + zero + "lower low slower");
  corpus.add("subword_codes", "l o\nlo w\nlow </w>\n" + zero + zero + "low caf\xC3\xA9 a@@ b");
}

text::TokenizerConfig stepped_config() {
  using Normalizer = text::NormalizerStep::Kind;
  using PreTokenizer = text::PreTokenizerStep::Kind;
  text::TokenizerConfig config;
  config.normalizer_steps = {{.kind = Normalizer::nfkc},
                             {.kind = Normalizer::bert},
                             {.kind = Normalizer::strip},
                             {.kind = Normalizer::replace, .pattern = "a", .content = "b"},
                             {.kind = Normalizer::prepend, .content = "x"}};
  config.pre_tokenizer_steps = {
      {.kind = PreTokenizer::whitespace},
      {.kind = PreTokenizer::punctuation, .behavior = text::SplitBehavior::contiguous},
      {.kind = PreTokenizer::split, .pattern = "b", .invert = true},
      {.kind = PreTokenizer::characters}};
  config.post_processor = {
      {{.token = "[CLS]", .ids = {2}}, {.kind = text::TemplatePart::Kind::first}},
      {{.kind = text::TemplatePart::Kind::first},
       {.token = "[SEP]", .ids = {3, 3}, .type_id = 1},
       {.kind = text::TemplatePart::Kind::second, .type_id = 1}}};
  config.added_tokens = {{.content = "new", .special = false, .normalized = true, .lstrip = true}};
  return config;
}

void add_tokenizers(Corpus& corpus, const fs::path& scratch) {
  const text::Vocabulary vocabulary(
      {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "##b", "b", "\xC3\xA9", "12", "new"});
  for (const text::TokenizerConfig& config : {text::TokenizerConfig{}, stepped_config()}) {
    text::wordpiece_tokenizer(vocabulary, config).save(scratch);
    corpus.add("tokenizer_json", base::read_file(scratch / "tokenizer.json"));
  }
  fs::remove_all(scratch);
}

void add_recipes(Corpus& corpus, const fs::path& source) {
  for (const auto& entry : fs::recursive_directory_iterator(source / "recipes")) {
    if (entry.path().extension() == ".toml") corpus.add("recipe", base::read_file(entry.path()));
  }
}

void add_texts(Corpus& corpus) {
  for (const char* text :
       {"The new word, [MASK] abc.", "caf\xC3\xA9 \xE4\xB8\xAD\xE6\x96\x87 1.9",
        "e\xCC\x81\xCC\xB4 \xE3\x80\xAE \xEF\xAC\x81 \xEA\xB0\x81", "a\tb\x01\xFF\xC3 [SEP]",
        "\xE1\x84\x80\xE1\x85\xA1\xE1\x86\xA8 \xEF\xB7\xBA"}) {
    corpus.add("wordpiece", text);
  }
}

// labelled.cpp says which letter stands for which reader.
void add_labelled_files(Corpus& corpus) {
  for (const char* text :
       {"cone,two,label\n\"a \"\"b\"\", c\",d,1\r\ne,\"f\ng\",two\n\n", "ca,b\nc\nd,e,f\n",
        "tone\ttwo\tlabel\na \"b\"\t\tA\n\xC3\xA9\td\t0\n", "ha\tb\tc\nd\te\tf\n",
        R"(j{"one": "a", "two": "b", "label": 1})"
        "\n"
        R"({"label": true, "one": "a\u00e9", "more": [null, 3.80]})",
        "wEU B-ORG\nrejects O\n\n-DOCSTART- -X- O\n\nnew york\tI-LOC\n", "wa NN x B\nb VB y O\n",
        R"(q{"id": "1", "question": "who", "context": "it was \u00c9va", )"
        R"("answers": {"text": ["\u00c9va"], "answer_start": [7]}})",
        R"(q{"version": "v2.0", "data": [{"title": "t", "paragraphs": )"
        R"([{"context": "a b c", "qas": [)"
        R"({"id": "1", "question": "b?", "answers": [{"text": "b", "answer_start": 2}]}, )"
        R"({"id": "2", "question": "d?", "is_impossible": true, "answers": []}]}]}]})"}) {
    corpus.add("labelled", text);
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) return 2;
  Corpus corpus(arguments[1]);
  add_safetensors(corpus);
  add_pickles(corpus);
  add_tables(corpus);
  add_configs(corpus);
  add_marian_configs(corpus);
  add_subword_codes(corpus);
  add_tokenizers(corpus, fs::path(arguments[1]) / "scratch");
  add_recipes(corpus, arguments[2]);
  add_texts(corpus);
  add_labelled_files(corpus);
}
