namespace SaeSharp.Models.Tests.Chat;

/// <summary>Templates of our own in the manner of those that models come with, and what each makes of a system message, a question, an answer and a question.</summary>
internal static class FamilyTemplates
{
    public static IReadOnlyList<(string Name, string Source, string Expected)> All { get; } =
    [
        ("turns with marks", """
            {% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>\n' }}{% endfor %}
            {% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}
            """, "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\n Hi <|im_end|>\n<|im_start|>assistant\nHello!<|im_end|>\n<|im_start|>user\nMore?<|im_end|>\n<|im_start|>assistant\n"),
        ("system inside the first question", """
            {%- set sys = '' -%}
            {%- if messages[0].role == 'system' -%}{%- set sys = '<<SYS>>\n' ~ messages[0].content ~ '\n<</SYS>>\n\n' -%}{%- set rest = messages[1:] -%}{%- else -%}{%- set rest = messages -%}{%- endif -%}
            {%- for m in rest -%}
                {%- if (m.role == 'user') != (loop.index0 is even) -%}{{ raise_exception('Roles must alternate') }}{%- endif -%}
                {%- if m.role == 'user' -%}{{ bos_token ~ '[INST] ' ~ (sys if loop.first else '') ~ m.content | trim ~ ' [/INST]' }}
                {%- else -%}{{ ' ' ~ m.content | trim ~ ' ' ~ eos_token }}{%- endif -%}
            {%- endfor -%}
            """, "<s>[INST] <<SYS>>\nBe brief.\n<</SYS>>\n\nHi [/INST] Hello! </s><s>[INST] More? [/INST]"),
        ("headers", """
            {{- bos_token }}
            {%- set ns = namespace(system='You help.') %}
            {%- for m in messages if m.role == 'system' %}{% set ns.system = m.content | trim %}{% endfor %}
            {{- '<|start_header_id|>system<|end_header_id|>\n\n' ~ ns.system ~ '<|eot_id|>' }}
            {%- for m in messages | rejectattr('role', 'equalto', 'system') %}
                {{- '<|start_header_id|>' ~ m.role ~ '<|end_header_id|>\n\n' ~ m.content | trim ~ '<|eot_id|>' }}
            {%- endfor %}
            {%- if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}
            """, "<s><|start_header_id|>system<|end_header_id|>\n\nBe brief.<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\nHello!<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nMore?<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n"),
        ("model for assistant", """
            {{ bos_token }}
            {%- set first = messages[0].content ~ '\n\n' if messages[0].role == 'system' else '' %}
            {%- for m in (messages[1:] if first else messages) %}
            {%- set role = 'model' if m.role == 'assistant' else m.role %}
            {{ '<start_of_turn>' ~ role }}
            {{ (first if loop.first else '') ~ m.content | trim }}<end_of_turn>
            {%- endfor %}

            <start_of_turn>model

            """, "<s><start_of_turn>user\nBe brief.\n\nHi<end_of_turn><start_of_turn>model\nHello!<end_of_turn><start_of_turn>user\nMore?<end_of_turn>\n<start_of_turn>model"),
        ("thoughts dropped", """
            {%- macro turn(role, text) -%}<|{{ role }}|>{{ text }}{%- endmacro -%}
            {%- for m in messages -%}
                {%- set text = m.content.split('</think>')[-1].lstrip('\n') if m.role == 'assistant' else m.content -%}
                {{- turn(m.role | capitalize, text) -}}
            {%- endfor -%}
            {%- if add_generation_prompt -%}<|Assistant|>{%- if enable_thinking is defined and enable_thinking is false -%}<think></think>{%- endif -%}{%- endif -%}
            """, "<|System|>Be brief.<|User|> Hi <|Assistant|>Hello!<|User|>More?<|Assistant|>"),
    ];
}
